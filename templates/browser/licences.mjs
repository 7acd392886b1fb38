import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Returns name, version and licence text of every package among the inputs of a bundle. */
export function licences(root, inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) packages.add(match[1]);
  }
  return [...packages].sort().map((path) => {
    const dir = join(root, path);
    const { name, version, license } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((f) => join(dir, f)).find(existsSync);
    if (!file) throw new Error(`package ${path} has no licence file`);
    return `${name} ${version} (${license})\n\n${readFileSync(file, "utf8").replace(/\r\n/g, "\n").trim()}\n`;
  }).join("\n----\n\n");
}
