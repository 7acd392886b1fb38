// A villager with a phone: what the tests of the real page share. TIPBOX says
// where the real server is; cmd/proof/page/page_test.go starts both and opens the tips.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { newPage, root, stepLimit } from "../support.mjs";

if (!process.env.TIPBOX) throw new Error("cmd/proof/page/page_test.go runs this, with a server");

/** {url, proxy, control, full, limited, result}: servers, and where to say what was sent. */
export const box = JSON.parse(process.env.TIPBOX);
export const camera = join(root, "test", "data", "camera.jpg");
export const phone = { width: 360, height: 640, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
export const link = (code = "ncs01", lang = "vi", at = box.url) => `${at}/t/${code}?l=${lang}`;

const tips = [];
let n = 0;

/** Returns a text that no other tip has; sent() says that it must arrive, once. */
export const words = (what) => `${what} (${++n})`;
export const sent = (message, sealed, photos = 0) => tips.push({ message, sealed, photos });
export const report = () => writeFileSync(box.result, JSON.stringify(tips));

/** Opens a page that notes what it says and asks for. */
export async function open(t, browser, url, { script = true, agent, screen = phone, before, wait = true } = {}) {
  const page = await newPage(browser);
  t.after(() => page.close());
  page.said = [];
  page.asked = [];
  page.on("console", (m) => page.said.push(m.text()));
  page.on("pageerror", (err) => page.said.push(err.message));
  page.on("request", (r) => page.asked.push(r));
  page.on("dialog", (dialog) => dialog.accept());
  await page.setViewport(screen);
  if (agent) await page.setUserAgent(agent);
  if (!script) await page.setJavaScriptEnabled(false);
  if (before) await before(page);
  const there = page.goto(url, { waitUntil: "domcontentloaded" });
  if (wait) await there;
  else there.catch(() => {}); // another page comes before this one is whole
  await page.waitForSelector("main");
  return page;
}

/** Lets no script of ours come, as a carrier's proxy or a blocker might. */
export async function blocked(page) {
  await page.setRequestInterception(true);
  page.on("request", (r) => (r.url().includes("/s/") ? r.abort() : r.continue()));
}

export const sealing = (page) => page.waitForSelector("#status:not(:empty)");

/** Fills in the form as a thumb would. */
export async function fill(page, message, { mailbox = "report", photo } = {}) {
  await page.click(`label:has([value=${mailbox}])`);
  await page.type("#message", message);
  if (photo) await (await page.$("#photo")).uploadFile(photo);
}

export const press = (page) => page.click("button[type=submit]");
export const thanked = (page) => page.waitForSelector(".done h1");

/** Waits for the page that all are led to who sent without the script. */
export async function led(page) {
  await thanked(page);
  const { pathname, search, hash } = new URL(page.url());
  if (pathname + search + hash !== "/k?l=vi") throw new Error(`led to ${page.url()}`);
}
export const fault = async (kind) => {
  const answer = await fetch(`${box.control}?${kind}`, { signal: AbortSignal.timeout(stepLimit) });
  if (!answer.ok) throw new Error(await answer.text());
};

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Returns what axe-core finds against WCAG 2.2 AA, as "rule: where". */
export async function violations(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  return violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.target} ${node.failureSummary}`));
}

/** Writes a picture of the whole page where TIPBOX_SHOTS says, to be looked at. */
export async function shot(page, name) {
  if (process.env.TIPBOX_SHOTS) await page.screenshot({ path: join(process.env.TIPBOX_SHOTS, `${name}.png`), fullPage: true });
}
