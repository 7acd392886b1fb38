// How the list bears a flood on an old PC: node test/desk/bench.mjs [TIPS] [SLOWER]
// TIPS (2,000) texts are opened in Chromium with a processor SLOWER (4) times slower. Prints
// the time of opening alone, that until the list is there, their ratio (under 1.3 is wanted), and
// how long the page is behind what is typed in the search (under 100 ms is wanted).
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { fileURL, launch, makeKey, newPage, root, sealTip } from "../support.mjs";

const [tips, slower] = [2000, 4].map((usual, i) => Number(process.argv[2 + i]) || usual);
const cleanups = [];
const dir = mkdtempSync(join(tmpdir(), "tipbox-bench-"));
cleanups.push(() => rmSync(dir, { recursive: true, force: true }));

const syllables = "xe tải chở gỗ qua cầu bản lúc nửa đêm người lạ hỏi đường sang biên giới bán thuốc phiện trong lán rác xuống suối đèn cổng trường hỏng xin sửa giúp bà con không dám nói tên".split(" ");
const key = await makeKey();
const files = join(dir, "tin");
mkdirSync(files);
let seed = 1;
const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
for (let n = 0; n < tips; n++) {
  const long = n % 10 === 0 ? 600 : 20 + random(80); // in syllables
  const message = Array.from({ length: long }, () => syllables[random(syllables.length)]).join(" ");
  const id = `TB-${String(n).padStart(4, "0")}-AAAA`;
  writeFileSync(join(files, `${id}.age`), await sealTip([key.recipient], { id, message, site: `ncs${n % 40}`, siteName: `Bản số ${n % 40}` }));
}
writeFileSync(join(dir, "khoa"), `${key.identity}\n`);
writeFileSync(join(dir, "doc-tin.html"), readFileSync(join(root, "reader.html")));
// Opening alone, on a page of its own: what nobody can do without.
const alone = await build({ stdin: { contents: `import { open } from "./open.js"; window.openTip = open;`, resolveDir: join(root, "src", "reader") }, bundle: true, write: false, format: "iife" });

// What the page's thread has worked so far, in seconds: on a busy machine time alone says little.
async function meter(page) {
  const client = await page.createCDPSession();
  await client.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => (await client.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration").value;
}

const browser = await launch({ after: (f) => cleanups.push(f) }, "chrome");
const bare = await newPage(browser);
await bare.goto("about:blank");
await bare.evaluate(alone.outputFiles[0].text);
await bare.evaluate(() => document.body.append(Object.assign(document.createElement("input"), { type: "file", id: "f", webkitdirectory: true })));
await (await bare.$("#f")).uploadFile(files);
await bare.waitForFunction((n) => document.querySelector("#f").files.length === n, {}, tips);
await bare.emulateCPUThrottling(slower);
const bareWork = await meter(bare);
const bareBefore = await bareWork();
await bare.evaluate(async () => {
  window.all = [];
  for (const file of document.querySelector("#f").files) window.all.push(new Uint8Array(await file.arrayBuffer()));
});
const readingWork = await bareWork() - bareBefore;
const opening = await bare.evaluate(async (identity) => {
  const { all } = window;
  const start = performance.now();
  for (const bytes of all) await window.openTip(bytes, [identity]);
  return performance.now() - start;
}, key.identity);
const openingWork = await bareWork() - bareBefore - readingWork;
await bare.close();

const page = await newPage(browser);
page.setDefaultTimeout(10 * 60_000);
await page.setViewport({ width: 1366, height: 768 });
await page.goto(fileURL(join(dir, "doc-tin.html")));
await (await page.$("#pickkey")).uploadFile(join(dir, "khoa"));
await page.waitForFunction(() => document.querySelector("#keystatus").textContent.includes("khoa"));
await page.evaluate(() => { window.frame = () => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); }); });
await page.emulateCPUThrottling(slower);
// From the moment that the files are chosen to the first row on the screen.
await page.evaluate(() => {
  document.querySelector("#pickfolder").addEventListener("change", () => { window.began = performance.now(); }, { capture: true });
  new MutationObserver(() => document.querySelector(".entry") && !window.listed && requestAnimationFrame(() => setTimeout(() => { window.listed = window.listed || performance.now(); }))).observe(document.body, { childList: true, subtree: true });
});
const work = await meter(page);
const before = await work();
await (await page.$("#pickfolder")).uploadFile(files);
await page.waitForFunction(() => window.listed, { timeout: 300_000, polling: 500 });
const listedWork = await work() - before;
const listed = await page.evaluate(() => window.listed - window.began);

// From each key to the frame that shows what it found.
const typing = await page.evaluate(async () => {
  const search = document.querySelector("#search");
  const took = [];
  for (const typed of ["s", "su", "suo", "suoi", "suối b", "suối biên", "thuoc phien lan", "khong co chu nay", "b", "cau ban", ""]) {
    const start = performance.now();
    search.value = typed;
    search.dispatchEvent(new Event("input"));
    await window.frame();
    took.push(performance.now() - start);
  }
  return took;
});
const scrolling = await page.evaluate(async () => {
  const entries = document.querySelector("#entries");
  const took = [];
  for (let i = 1; i <= 20; i++) {
    const start = performance.now();
    entries.scrollTop = (entries.scrollHeight * i) / 20;
    await window.frame();
    took.push(performance.now() - start);
  }
  return took;
});
const moving = await page.evaluate(async () => {
  document.querySelector("#entries").scrollTop = 0;
  await window.frame();
  document.querySelector(".entry").focus();
  const took = [];
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true, cancelable: true }));
    await window.frame();
    took.push(performance.now() - start);
  }
  return took;
});
const most = (all) => `${Math.round(Math.max(...all))} ms at most, ${Math.round(all.reduce((a, b) => a + b) / all.length)} on average`;
console.log(`${tips} tips, processor ${slower} times slower`);
console.log(`opened in ${(opening / 1000).toFixed(1)} s, listed after ${(listed / 1000).toFixed(1)} s: ${(listed / opening).toFixed(2)} times`);
console.log(`of work, ${readingWork.toFixed(1)} s to read the files; ${openingWork.toFixed(1)} s and ${listedWork.toFixed(1)} s: ${(listedWork / openingWork).toFixed(2)} times`);
console.log(`typing ${most(typing)}; a screen further ${most(scrolling)}; a row further ${most(moving)}`);
for (const cleanup of cleanups.reverse()) await cleanup();
