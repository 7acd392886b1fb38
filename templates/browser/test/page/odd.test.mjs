// Browsers that do not leave the page, or what it brings, as it came. Each way that
// one of them is known for is tried here, and what was sent must arrive as ever.
import assert from "node:assert/strict";
import { describe } from "node:test";
import { decodePNG } from "../../src/shared/pngread.js";
import { after, before, launch, stepLimit, test } from "../support.mjs";
import { blocked, fill, led, link, open, press, reportAs, sealing, sent, shot, thanked, words } from "./villager.mjs";

after(reportAs("odd"));

// As Google's translation in Chrome and in Android's web views does it: each text
// becomes an element in an element, and the page is said to be another language's.
const translate = (page) => page.evaluate(() => {
  document.documentElement.lang = "en";
  document.documentElement.className = "translated-ltr";
  const all = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) all.push(walker.currentNode);
  for (const text of all) {
    if (!text.data.trim() || /SCRIPT|STYLE|TEXTAREA/.test(text.parentNode.nodeName)) continue;
    const outer = document.createElement("font"), inner = outer.appendChild(document.createElement("font"));
    outer.style.verticalAlign = inner.style.verticalAlign = "inherit";
    inner.textContent = `translated ${text.data.trim()}`;
    text.parentNode.replaceChild(outer, text);
  }
});

// As a carrier's or a browser's data saver does it: no script, no style, no picture,
// no hint of them in what is left.
async function saver(page) {
  await page.setRequestInterception(true);
  page.on("request", async (r) => {
    if (r.method() !== "GET" || !/^http/.test(r.url())) return r.continue();
    if (!r.isNavigationRequest()) return r.abort();
    const url = r.url();
    const answer = await fetch(url, { headers: { ...r.headers(), "save-data": "on" }, signal: AbortSignal.timeout(stepLimit) });
    const body = (await answer.text()).replace(/<(script|style|svg)\b.*?<\/\1>/gs, "").replace(/<link [^>]*>/g, "").replace(/\s+/g, " ");
    return r.respond({ status: answer.status, contentType: "text/html; charset=utf-8", body });
  });
}

const label = (page) => page.$eval("button[type=submit]", (b) => b.textContent);

// The lightness of a colour, and how two differ (WCAG 2.2, relative luminance and contrast ratio).
const linear = (v) => (v <= 10.31475 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4);
const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

// Returns the contrast of each text with what is under it, as it is seen.
async function seen(page) {
  const { width, data } = await decodePNG(await page.screenshot(), 50e6);
  const places = await page.$$eval("h1, .unit, .site, .promise span, .call a, legend, .box b, .box small, .head, .hint, summary", (all) => all
    .map((e) => ({ what: e.className || e.tagName, text: e.textContent, ...JSON.parse(JSON.stringify(e.getBoundingClientRect())), scale: devicePixelRatio }))
    .filter((e) => e.width && e.top >= 0 && e.bottom <= innerHeight));
  return places.map(({ what, text, left, top, right, bottom, scale }) => {
    const found = new Map();
    for (let y = Math.ceil(top * scale); y < Math.floor(bottom * scale); y++) {
      for (let x = Math.ceil(left * scale); x < Math.floor(right * scale); x++) {
        const at = 4 * (y * width + x);
        const light = Math.round(1000 * (0.2126 * linear(data[at]) + 0.7152 * linear(data[at + 1]) + 0.0722 * linear(data[at + 2]))) / 1000;
        found.set(light, (found.get(light) || 0) + 1);
      }
    }
    const [[ground]] = [...found].sort((a, b) => b[1] - a[1]);
    return { what, text: text.slice(0, 30), contrast: Math.max(...[...found.keys()].map((light) => contrast(light, ground))) };
  });
}

describe("odd browsers", () => {
  const cleanups = [];
  let browser;
  before(async () => {
    browser = await launch({ after: (f) => cleanups.push(f) }, "chrome");
  });
  after(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });

  test("Opera Mini's kind: no script runs once the page is there", async (t) => {
    const page = await open(t, browser, link());
    await sealing(page);
    await page.setJavaScriptEnabled(false);
    const message = words("script chỉ chạy lúc mở trang");
    await fill(page, message, { mailbox: "crime" });
    await press(page);
    await led(page);
    sent(message, false, 0, { mailbox: "crime" });
  });

  test("Google's translation, before and after the script", async (t) => {
    const page = await open(t, browser, link());
    await sealing(page);
    await translate(page);
    const message = words("trang bị dịch sang tiếng khác");
    await fill(page, message, { mailbox: "crime" });
    await page.click("label:has([value=oversight])");
    await page.setOfflineMode(true);
    await press(page);
    await page.waitForSelector("#status button");
    assert.equal(await label(page), "Đang gửi…");
    await page.click("#status button");
    await page.waitForSelector("form:not([aria-busy])");
    assert.equal(await label(page), "Gửi tin");
    await page.setOfflineMode(false);
    await press(page);
    await thanked(page);
    sent(message, true, 0, { mailbox: "crime", past: true });

    const plain = await open(t, browser, link(), { before: blocked });
    await translate(plain);
    const second = words("trang bị dịch, không có script");
    await fill(plain, second, { mailbox: "suggestion" });
    await press(plain);
    await led(plain);
    sent(second, false, 0, { mailbox: "suggestion" });
  });

  test("data savers: what is left of the page sends", async (t) => {
    const page = await open(t, browser, link(), { before: saver });
    assert.equal(await page.$("style, script, svg"), null);
    assert.equal(await page.$eval("[type=password]", (e) => e.offsetParent), null, "nobody is asked for a password");
    const message = words("trình duyệt tiết kiệm dữ liệu");
    await fill(page, message, { mailbox: "crime" });
    page.removeAllListeners("request"); // it saves nothing of what is sent
    await page.setRequestInterception(false);
    await press(page);
    await led(page);
    sent(message, false, 0, { mailbox: "crime" });
  });

  test("a dark that is forced on the page by day and by night can be read", async (t) => {
    const page = await open(t, browser, link());
    await sealing(page);
    await page.click("label:has([value=report])");
    const client = await page.createCDPSession();
    for (const value of ["light", "dark"]) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
      await client.send("Emulation.setAutoDarkModeOverride", { enabled: true });
      await shot(page, `forced-${value}`);
      const texts = await seen(page);
      assert.ok(texts.length > 10, `${texts.length} texts`);
      assert.deepEqual(texts.filter((s) => !(s.contrast >= 4.5)), [], value);
    }
  });
});
