"""The product attacked: one file for each family of attacks; each test must fail on a build with the hole planted.

`@pytest.mark.attack("A08")` names the attack, `tests/breaks.toml` the hole. Everything stays in this process or on
127.0.0.1, is bounded in count, and stops by itself.
"""
