// How long a tip takes on one bar of EDGE (240 kbit/s, 400 ms) and a phone four
// times slower than this machine: node test/page/bench.mjs URL [RUNS]
// URL is a form of ours or any page with a form. Prints medians in milliseconds
// from the tap on the link, and bytes of a whole visit.
import { launch, newPage } from "../support.mjs";

const [url, runs = 3] = process.argv.slice(2);
const cleanups = [];
const browser = await launch({ after: (f) => cleanups.push(f) }, "chrome");
const median = (all) => Math.round(all.sort((a, b) => a - b)[Math.floor(all.length / 2)]);

async function visit(script) {
  const context = await browser.createBrowserContext(); // a phone that was never here
  const page = await newPage(context);
  await page.setViewport({ width: 360, height: 640, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
  await page.setJavaScriptEnabled(script);
  const client = await page.createCDPSession();
  await client.send("Network.enable");
  let bytes = 0, requests = 0;
  client.on("Network.loadingFinished", (e) => { bytes += e.encodedDataLength; });
  page.on("request", (r) => { requests += r.url().startsWith("http") ? 1 : 0; });
  await page.emulateNetworkConditions({ download: 30_000, upload: 30_000, latency: 400 });
  await page.emulateCPUThrottling(4);
  const start = performance.now();
  const there = page.goto(url, { waitUntil: "load" });
  await page.waitForSelector("form [type=submit]", { visible: true });
  const [radio] = await page.$$("[type=radio]");
  await radio.evaluate((e) => { e.checked = true; });
  await page.$eval("textarea", (e) => { e.value = "Có xe lạ chở gỗ lúc nửa đêm."; });
  await there;
  if (script && (await page.$("#tip"))) await page.waitForSelector("#status:not(:empty)");
  const ready = performance.now() - start;
  // On the screen, not only in the document: a style sheet may still be missing.
  const usable = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
  const sending = performance.now();
  await page.click("form [type=submit]");
  await page.waitForSelector(".done");
  const thanks = performance.now() - sending;
  await context.close();
  return { usable, ready, thanks, bytes, requests };
}

for (const script of [true, false]) {
  const all = [];
  for (let i = 0; i < runs; i++) all.push(await visit(script));
  const of = (name) => median(all.map((one) => one[name]));
  console.log(`${script ? "with   " : "without"} script: form usable ${of("usable")} ms, all loaded ${of("ready")} ms, Send to thanks ${of("thanks")} ms, ${of("bytes")} bytes, ${of("requests")} requests`);
}
for (const cleanup of cleanups) await cleanup();
