// Runs before the first paint when the theme follows the device: no flash of the other one.
document.documentElement.dataset.bsTheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
