const js = require("@eslint/js");

const browser = [
    "window",
    "console",
    "document",
    "setInterval",
    "clearInterval",
    "URLSearchParams",
    "KeyboardEvent",
];

module.exports = [
    js.configs.recommended,
    {
        files: ["static/**/*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: Object.fromEntries(browser.map((name) => [name, "readonly"])),
        },
        rules: {
            curly: "error",
            eqeqeq: "error",
            "no-console": "error",
            "no-shadow": "error",
            "no-undef": "error",
            "no-unused-vars": "error",
            "no-var": "error",
            "prefer-const": "error",
        },
    },
];
