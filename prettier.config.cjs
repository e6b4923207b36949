// OCA's settings, with the line length of ruff.toml.
module.exports = {
    plugins: [require.resolve("@prettier/plugin-xml")],
    bracketSpacing: false,
    printWidth: 100,
    proseWrap: "always",
    semi: true,
    trailingComma: "es5",
    xmlWhitespaceSensitivity: "preserve",
    tabWidth: 4,
    overrides: [{files: ["*.yaml", "*.yml"], options: {tabWidth: 2}}],
};
