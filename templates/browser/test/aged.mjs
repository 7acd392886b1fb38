// Chromium of the years in which phones that are still in use got their last one, as
// old.mjs fetches it. No driver that we have knows it, so it is asked in its own
// protocol, and a page has the few methods that the tests ask of puppeteer's.
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import WebSocket from "ws";
import { cache, within } from "./support.mjs";
import { end, Evaluated, start } from "./webkit.mjs";

/** Starts the browser of the name and resolves to its one page. All of it is gone after the test. */
export async function aged(t, name) {
  const path = join(cache, name);
  if (!existsSync(path)) throw new Error(`the tests need ${name}: run node old.mjs, as make engines does`);
  const home = mkdtempSync(join(tmpdir(), "tipbox-aged-"));
  const child = start(path, ["--headless", "--no-sandbox", "--no-zygote", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0", `--user-data-dir=${home}`, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
  t.after(async () => {
    await end(child);
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  const port = await within(new Promise((resolve) => {
    let said = "";
    child.stderr.on("data", (text) => {
      said += text;
      const found = /127\.0\.0\.1:(\d+)/.exec(said);
      if (found) resolve(found[1]);
    });
  }), `${name} to say where it is`);
  let first;
  for (let tries = 0; !first; tries++) { // it may answer before it has opened its page
    if (tries > 300) throw new Error(`${name} opens no page`);
    const pages = await (await fetch(`http://127.0.0.1:${port}/json/list`, { signal: AbortSignal.timeout(10_000) })).json();
    first = pages.find((page) => page.type === "page");
    if (!first) await pause(100);
  }
  const socket = new WebSocket(first.webSocketDebuggerUrl);
  await within(once(socket, "open"), `the page of ${name}`);
  const page = new Page(socket, name);
  await page.ask("Page.enable");
  return page;
}

class Page extends Evaluated {
  #waiting = new Map();
  #n = 0;

  constructor(socket, name) {
    super();
    Object.assign(this, { socket, name, loaded: () => {} });
    socket.on("message", (text) => {
      const { id, method, result, error } = JSON.parse(text);
      if (method === "Page.loadEventFired") this.loaded();
      if (!this.#waiting.has(id)) return;
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) reject(new Error(`${name}: ${error.message}`));
      else resolve(result);
    });
  }

  ask(method, params = {}) {
    const id = ++this.#n;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.socket.send(JSON.stringify({ id, method, params }));
    return within(answer, `${this.name}: ${method}`);
  }

  #arrived(method, params) {
    const there = new Promise((resolve) => { this.loaded = resolve; });
    return Promise.all([within(there, `${this.name}: ${method}`), this.ask(method, params)]);
  }

  goto(url) {
    return this.#arrived("Page.navigate", { url });
  }

  goBack() {
    return this.evaluate("() => { history.back(); }");
  }

  url() {
    return this.evaluate("() => location.href");
  }

  async evaluate(body, ...args) {
    const expression = `(async () => (${body})(...${JSON.stringify(args)}))()`;
    for (let tries = 0; ; tries++) {
      try {
        const { result, exceptionDetails } = await this.ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true, userGesture: true });
        if (exceptionDetails) throw new Error(`${this.name}: ${exceptionDetails.exception.description}`);
        return result.value;
      } catch (err) {
        if (tries > 20 || !/context|navigated|collected/.test(err.message)) throw err; // the page left meanwhile
      }
    }
  }

  click(selector) {
    return this.$eval(selector, (e) => e.click());
  }

  async type(selector, text) {
    await this.$eval(selector, (e) => e.focus());
    return this.ask("Input.insertText", { text });
  }

  async $(selector) {
    const { root } = await this.ask("DOM.getDocument");
    const { nodeId } = await this.ask("DOM.querySelector", { nodeId: root.nodeId, selector });
    return { uploadFile: (...files) => this.ask("DOM.setFileInputFiles", { nodeId, files }) };
  }
}
