"""What attackers send, by family."""

from __future__ import annotations

LEADS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, some of them after it has read them in another width."""
FORMULAS = [
    f"{lead}{rest}"
    for lead in LEADS
    for rest in (
        "1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://127.0.0.1/?x="&A1,"ok")', "SUM(A1:A9)", "IMPORTXML(A1,A2)",
        "2+5+cmd|' /C calc'!A0",
    )
]  # fmt: skip
_CALLS = ("attacked()", "window.attacked=1", "top.attacked=1", "self['attacked']=1", "attacked`1`")
_TAGS = (
    "<script>{}</script>", "<ScRiPt>{}</sCrIpT>", "<img src=x onerror={}>", "<svg onload={}>", "<svg/onload={}>",
    "<body onload={}>", "<iframe srcdoc='<script>{}</script>'>", "<details open ontoggle={}>",
    "<a href=javascript:{}>x</a>",
    "<a href='java\tscript:{}'>x</a>", "\"><script>{}</script>", "'><script>{}</script>", "\" onmouseover={} x=\"",
    "' autofocus onfocus={} x='", "</title><script>{}</script>", "</textarea><script>{}</script>",
    "</script><script>{}</script>", "--><script>{}</script>", "]]><script>{}</script>",
    "<math><mi xlink:href=javascript:{}>",
    "<input autofocus onfocus={}>", "<video><source onerror={}>", "<object data=javascript:{}>",
    "<base href=//127.0.0.1/{}>",
    "<meta http-equiv=refresh content='0;javascript:{}'>", "<form action=javascript:{}><button>x", "{{{{{}}}}}",
    "${{{}}}",
    "[x](javascript:{})", "<marquee onstart={}>",
)  # fmt: skip
SCRIPTS = [tag.format(call) for tag in _TAGS for call in _CALLS]
_ELSEWHERE = "evil.example"
REDIRECTS = [
    form.format(_ELSEWHERE)
    for form in (
        "https://{}", "http://{}", "//{}", "///{}", "////{}", "\\\\{}", "/\\{}", "\\/{}", "/\\/{}", "//\\{}",
        "https:{}",
        "https:/{}", "https:\\\\{}", "http:///{}", "//{}/%2f..", "//{}%2f@testserver", "https://testserver@{}",
        "https://testserver.{}", "https://{}#testserver", "https://{}?testserver", "https://{}\\testserver",
        "//testserver@{}", "/%09/{}", "/\t/{}", "\t//{}", " //{}", "\n//{}", "\r\n//{}", "%0a//{}", "java\nscript://{}",
        "javascript:location='//{}'", "JaVaScRiPt:location='//{}'", "data:text/html,<script>location='//{}'</script>",
        "vbscript:{}", "ftp://{}", "file://{}/x", "//{}:80", "https://{}:443/", "//%E2%80%AE{}", "//xn--{}", "／／{}",
        "/／{}", "https：//{}", "〱{}", "//{}/..;/", "https://[::ffff:{}]", "//0x7f000001/{}", "///\\;@{}", "//;@{}",
        "https://{}/account/login/", "http://testserver:80@{}", "///testserver@{}", "/.{}//", "//{}?next=/",
        "http:\\{}",
        "\x00//{}", "\x0b//{}", "\u2028//{}", "HTTPS://{}", "//{}/%5c..",
    )
]  # fmt: skip
LINES = [
    text.format(end)
    for end in ("\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")
    for text in (
        "x{0}2026-01-01 00:00:00 ERROR forged: a line", "x{0}Bcc: victim@example.com", "x{0}{0}<b>body</b>",
        "{0}Set-Cookie: a=b", "x{0}Subject: other",
    )
]  # fmt: skip
_ENDS = ("", "--", "#", "/*", ";--", ")--", "')--", "'))--", '"--', "%00")
INJECTIONS = [
    text + end
    for text in (
        "' OR '1'='1", "' OR 1=1", '" OR ""="', "1 OR 1=1", "'; DROP TABLE people_person", "'; SELECT pg_sleep(9)",
        "' UNION SELECT NULL,NULL", "1; UPDATE identity_account SET password='x'", "') OR ('1'='1", "%' OR '%'='",
        "\\' OR 1=1", "$$ OR 1=1", "1)) OR ((1=1", "' || pg_sleep(9) || '", "id`; --", "name) FROM people_person",
        "owner__account__password", "-pk; SELECT 1", "?", "'||(SELECT version())||'",
    )
    for end in _ENDS
]  # fmt: skip
