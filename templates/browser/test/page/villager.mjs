// A villager with a phone: what the tests of the real page share. TIPBOX says
// where the real server is; cmd/proof/page/page_test.go starts both and opens the tips.
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, request as onward } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { listen, newPage, root, shut, stepLimit } from "../support.mjs";

if (!process.env.TIPBOX) throw new Error("cmd/proof/page/page_test.go runs this, with a server");

/** {url, proxy, control, full, limited, result}: servers, and where to say what was sent. */
export const box = JSON.parse(process.env.TIPBOX);
export const camera = join(root, "test", "data", "camera.jpg");
export const phone = { width: 360, height: 640, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
export const link = (code = "ncs01", lang = "vi", at = box.url) => `${at}/t/${code}?l=${lang}`;

const tips = [];
let n = 0;

/** Returns a text that no other tip has; sent() says that it must arrive, once, and of which mailbox, and whether past the unit. */
export const words = (what) => `${what} (${++n})`;
export const sent = (message, sealed, photos = 0, more = {}) => tips.push({ message, sealed, photos, ...more });
export const report = () => writeFileSync(box.result, JSON.stringify(tips));
export const reportAs = (name) => () => writeFileSync(join(box.result, `${name}.json`), JSON.stringify(tips));

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

/**
 * A line of the test's own, to be opened in place of the box: bare takes every script
 * out of the pages, and while cut is true nothing that is sent comes through.
 */
export async function line(t, { bare = false } = {}) {
  const state = { cut: false, posts: 0 };
  const server = createServer((request, response) => {
    const { method, headers } = request;
    if (method === "POST" && state.cut) return request.socket.destroy();
    if (method === "POST") state.posts++;
    request.pipe(onward(box.url + request.url, { method, headers: { ...headers, "accept-encoding": "identity" } }, async (answer) => {
      const chunks = [];
      for await (const chunk of answer) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      if (!bare || !/html/.test(answer.headers["content-type"])) return response.writeHead(answer.statusCode, answer.headers).end(body);
      const page = Buffer.from(body.toString().replace(/<script\b.*?<\/script>/gs, ""));
      return response.writeHead(answer.statusCode, { ...answer.headers, "content-length": page.length }).end(page);
    }).on("error", () => response.destroy()));
  });
  state.url = `http://127.0.0.1:${await listen(server)}`;
  t.after(() => shut(server));
  return state;
}

/**
 * Sends in every way, in the one page of an engine that is not asked for more: with
 * script and without, with a photo, again over a line that drops, past the unit,
 * later, after Back, and with a double tap.
 */
export async function everyWay(t, page, engine) {
  const choose = (name, value) => page.$eval(`[name=${name}][value=${value}]`, (e) => e.click());
  const write = async (what, mailbox, photo) => {
    const message = words(`${engine} ${what}`);
    await choose("mailbox", mailbox);
    await page.$eval("#message", (e) => { e.value = ""; });
    await page.type("#message", message);
    if (photo) await (await page.$("#photo")).uploadFile(photo);
    return message;
  };
  const start = async (url) => {
    await page.goto(url);
    await sealing(page);
  };
  const twice = () => page.evaluate(() => {
    const button = document.querySelector("[type=submit]");
    button.click();
    button.click();
  });
  const away = () => page.waitForFunction(() => location.pathname === "/k" && location.search === "?l=vi" && document.querySelector(".done"));

  await start(link());
  let message = await write("với script, ảnh", "crime", camera);
  await page.waitForSelector("ul.photos img");
  await choose("delivery", "urgent");
  await twice();
  await thanked(page);
  sent(message, true, 1, { mailbox: "crime" });
  if ((await page.url()) !== link()) throw new Error("the history tells that a tip was sent");

  await start(link());
  message = await write("qua mặt đơn vị", "report");
  await choose("to", "oversight");
  await press(page);
  await thanked(page);
  sent(message, true, 0, { mailbox: "report", past: true });

  await start(link());
  await write("gửi muộn", "report"); // and so it stays in the spool
  await choose("delivery", "later");
  await press(page);
  await page.waitForFunction(() => /trong 6 giờ tới/.test((document.querySelector(".done") || {}).textContent));

  const bad = await line(t);
  await start(link("ncs01", "vi", bad.url));
  message = await write("mất sóng", "suggestion");
  bad.cut = true;
  await press(page);
  await page.waitForFunction(() => /^Đang chờ sóng/.test(document.querySelector("#status").textContent));
  bad.cut = false;
  await page.waitForFunction(() => document.querySelector(".done") || (window.dispatchEvent(new Event("online")), false));
  sent(message, true, 0, { mailbox: "suggestion" });

  const bare = await line(t, { bare: true });
  await page.goto(link("ncs01", "vi", bare.url));
  message = await write("không script, ảnh", "crime", camera);
  await press(page);
  await away();
  sent(message, false, 1, { mailbox: "crime" });
  await page.goBack();
  await page.waitForSelector("#message");
  await page.$eval("#photo", (e) => { e.value = ""; }); // which some keep for going back
  message = await write("quay lại, sửa", "report");
  await choose("to", "oversight");
  await press(page);
  await away();
  sent(message, false, 0, { mailbox: "report", past: true });
  await page.goto(link("ncs01", "vi", bare.url));
  message = await write("bấm hai lần, không script", "suggestion");
  await twice();
  await away();
  sent(message, false, 0, { mailbox: "suggestion" });
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
