import nextVitals from "eslint-config-next/core-web-vitals";
import tseslint from "typescript-eslint";

// What TypeScript, Biome (formatting, import order) and dependency-cruiser (who may import whom) don't already refuse.
// Each ban below is proven by scripts/check/eslint.test.ts.

const tests = ["**/*.test.{ts,tsx}", "**/*.test-support.{ts,tsx}"];
/** Folders whose code computes and nothing else: time and randomness are arguments there. */
const pure = [
  "lib/{promql,graph,layout,inventory,policy,mesh}/**/*.{ts,tsx}",
  "lib/tracing/{model,port}.ts",
  "lib/tracing/analysis/**/*.ts",
];
/** Files whose default export Next.js or a tool asks for. */
const needDefaultExport = [
  "app/**/{page,layout,template,loading,error,global-error,not-found,default,forbidden,unauthorized}.tsx",
  "app/**/{icon,apple-icon,manifest,robots,sitemap}.{ts,tsx}",
  "*.config.{js,mjs,ts}",
  "e2e/support/global-setup.ts",
];

const bans = {
  html: [
    {
      selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
      message: "Text from outside is rendered as text, never as HTML.",
    },
    {
      selector: "Property[key.name='dangerouslySetInnerHTML']",
      message: "Text from outside is rendered as text, never as HTML.",
    },
    {
      selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|srcdoc)$/]",
      message: "Build nodes or set textContent: HTML from strings is how scripts get in.",
    },
  ],
  errors: [
    {
      selector: "BinaryExpression[operator='instanceof'][right.name='MeshscopeError']",
      message: "Route bundles repeat modules: tell errors apart by problemOf(error).code.",
    },
  ],
  exports: [{ selector: "ExportAllDeclaration", message: "Say what is exported: no barrels." }],
  defaultExport: [
    { selector: "ExportDefaultDeclaration", message: "A name that is the same everywhere beats a default export." },
  ],
  clock: [
    {
      selector: "NewExpression[callee.name='Date'][arguments.length=0]",
      message: "A browser's clock may be wrong: serverNow() of lib/query/server-clock.ts.",
    },
    {
      selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
      message:
        "A browser's clock may be wrong: serverNow() of lib/query/server-clock.ts, or performance.now() for how long.",
    },
  ],
  tests: [
    {
      selector:
        "MemberExpression[object.name=/^(test|it|describe|suite|bench)$/][property.name=/^(only|skip|todo|fixme|fails)$/]",
      message: "Every test runs, always.",
    },
  ],
};
const everywhere = [...bans.html, ...bans.errors, ...bans.exports, ...bans.tests];

/** Sources of time, randomness and the outside world that pure code must be given. */
const impure = [
  { object: "Date", property: "now", message: "Take the instant as an argument." },
  { object: "performance", property: "now", message: "Take the instant as an argument." },
  { object: "Math", property: "random", message: "Take the seed as an argument." },
  { object: "crypto", property: "randomUUID", message: "Take the id as an argument." },
  { object: "crypto", property: "getRandomValues", message: "Take the seed as an argument." },
];
const outside = [
  "window",
  "document",
  "navigator",
  "localStorage",
  "process",
  "fetch",
  "setTimeout",
  "setInterval",
  "self",
  "globalThis",
];

export default tseslint.config(
  {
    ignores: [
      "node_modules/",
      ".next/",
      ".lab/",
      ".cache/",
      "next-env.d.ts",
      "**/*.gen.*",
      "test-results/",
      "playwright-report/",
      "public/",
    ],
  },
  // Comments can't switch rules off, so a rule that is wrong gets changed here, for everybody.
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "error" } },
  ...nextVitals,
  ...tseslint.configs.strict,
  {
    files: ["**/*.{ts,tsx}"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Rules that read types, chosen for what they find rather than for taste.
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/no-for-in-array": "error",
      "@typescript-eslint/no-implied-eval": "error",
      "@typescript-eslint/no-unnecessary-type-assertion": "error",
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/prefer-promise-reject-errors": "error",
      "@typescript-eslint/require-array-sort-compare": ["error", { ignoreStringArrays: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
    },
  },
  {
    files: ["**/*.{js,mjs,cjs,ts,tsx}"],
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-console": "error",
      "no-eval": "error",
      "no-new-func": "error",
      "no-param-reassign": "error",
      "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx", "hack"], location: "anywhere" }],
      "object-shorthand": "error",
      "prefer-const": "error",
      "no-restricted-syntax": ["error", ...everywhere, ...bans.defaultExport],
      "@typescript-eslint/ban-ts-comment": [
        "error",
        { "ts-expect-error": "allow-with-description", minimumDescriptionLength: 10 },
      ],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        {
          argsIgnorePattern: "^_",
          varsIgnorePattern: "^_",
          destructuredArrayIgnorePattern: "^_",
          ignoreRestSiblings: true,
        },
      ],
      // A class with members of its own kind only is rare here, and `void` in unions of callbacks is deliberate.
      "@typescript-eslint/no-invalid-void-type": ["error", { allowInGenericTypeArguments: true }],
      "@typescript-eslint/unified-signatures": "off",
      // Objects of Kubernetes and HTTP are maps by nature; what is deleted from is a copy.
      "@typescript-eslint/no-dynamic-delete": "off",
    },
  },
  {
    files: ["components/**/*.{ts,tsx}"],
    ignores: tests,
    rules: { "no-restricted-syntax": ["error", ...everywhere, ...bans.defaultExport, ...bans.clock] },
  },
  { files: needDefaultExport, rules: { "no-restricted-syntax": ["error", ...everywhere] } },
  { files: ["{scripts,cli,e2e,bench}/**", "lab/main.ts", "*.config.{js,mjs,ts}"], rules: { "no-console": "off" } },
  {
    files: pure,
    ignores: tests,
    rules: { "no-restricted-properties": ["error", ...impure], "no-restricted-globals": ["error", ...outside] },
  },
  // It warns of what React Compiler would skip; the compiler is off (next.config.js), so TanStack Virtual may be used.
  { files: ["components/**/*.tsx"], rules: { "react-hooks/incompatible-library": "off" } },
  { files: ["**/*.{js,mjs,cjs}"], ...tseslint.configs.disableTypeChecked },
);
