// An esbuild plugin: leaves out of the villager's bundles what a tip box never does,
// a quarter of them, for it is loaded over EDGE. The packages make keys on NIST
// curves when they are loaded, and keep recipients of hardware tokens and passkeys
// at hand. What stays is untouched.
import { readFileSync } from "node:fs";

const edits = [
  // Not computed unless used: then esbuild sees that they are not.
  [/@noble\/post-quantum\/hybrid\.js$/, /= ((?:QSF|createKitchenSink)\(.*\));$/gm, "= /* @__PURE__ */ (() => $1)();", 3],
  // age1tag1… and age1tagpq1… are refused before the library is asked (src/seal/seal.js).
  [/age-encryption\/dist\/index\.js$/, /else if \(s\.startsWith\("age1tag(?:pq)?1"\)\) \{[^{}]*\}/g, "", 2],
  [/age-encryption\/dist\/index\.js$/, /^export \* as webauthn from .*$/gm, "", 1],
];

export const lean = {
  name: "lean",
  setup(build) {
    build.onLoad({ filter: /(post-quantum\/hybrid|age-encryption\/dist\/index)\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, "utf8");
      for (const [file, what, by, times] of edits.filter(([file]) => file.test(path.replaceAll("\\", "/")))) {
        const found = contents.match(what) || [];
        if (found.length !== times) throw new Error(`${file}: ${what} stands ${found.length} times in it, not ${times}: has the package changed?`);
        contents = contents.replace(what, by);
      }
      return { contents, loader: "js" };
    });
  },
};
