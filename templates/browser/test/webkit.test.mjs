// The desk in WebKit, the engine of Macs and iPads: one start, one tip opened.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { example, fileURL, lock, makeKey, root, sealTip, tempDir, test, write } from "./support.mjs";
import { webkit } from "./webkit.mjs";

const passphrase = "năm con trâu đen";

test("WebKit opens a tip with a photo in the desk", async (t) => {
  const dir = tempDir(t);
  const key = await makeKey();
  const photo = readFileSync(join(root, "test", "data", "camera.jpg"));
  const files = write(dir, {
    "doc-tin.html": readFileSync(join(root, "reader.html"), "utf8").replace("%VERSION%", "v1.2.3"),
    "TB-7F3K-9QMX.age": await sealTip([key.recipient], { photos: [photo] }),
    "khoa.txt": await lock(key.identity, passphrase),
  });
  const page = await webkit(t);
  await page.goto(fileURL(files["doc-tin.html"]));
  await (await page.$("#picktips")).uploadFile(files["TB-7F3K-9QMX.age"]);
  await (await page.$("#pickkey")).uploadFile(files["khoa.txt"]);
  await page.waitForSelector("#passphrase:not([disabled])");
  await page.type("#passphrase", passphrase);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".photos img");
  assert.equal(await page.$eval("#text", (e) => e.textContent), example.message);
});
