// WebKit, the engine of Safari and of every browser on an iPhone: Debian's
// MiniBrowser on a screen of its own, driven by plain WebDriver (W3C). A page has
// the few methods that the tests ask of puppeteer's pages, so that one test body
// can run in all engines; screenshots hang, the DOM answers.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { listen, shut, stepLimit, within } from "./support.mjs";

// How WebDriver writes an element (W3C WebDriver, 12.1), and the keys that tests press.
const reference = "element-6066-11e4-a52e-4f735466cecf";
const keys = { Enter: "\ue007", Escape: "\ue00c", Tab: "\ue004", ArrowDown: "\ue015", ArrowUp: "\ue013", Backspace: "\ue003" };
const driver = process.env.WEBKIT_DRIVER || "/usr/bin/WebKitWebDriver";

function miniBrowser() {
  for (const arch of readdirSync("/usr/lib").filter((name) => name.endsWith("-linux-gnu"))) {
    const path = join("/usr/lib", arch, "webkit2gtk-4.1", "MiniBrowser");
    if (existsSync(path)) return path;
  }
  return "";
}

/** Starts a program that does not outlive this one. */
export function start(path, args, options) {
  const child = spawn(path, args, options);
  child.on("error", () => {}); // what waits for it says so
  process.on("exit", () => child.kill("SIGKILL"));
  return child;
}

/** Ends it. */
export async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return;
  const gone = once(child, "exit");
  child.kill();
  await within(gone, `the end of ${child.spawnfile}`, 10_000).catch(() => child.kill("SIGKILL"));
}

async function freePort() {
  const server = createServer();
  const port = await listen(server);
  await shut(Object.assign(server, { closeAllConnections() {} }));
  return port;
}

/** Starts WebKit and resolves to its one page. All of it is gone after the test. */
export async function webkit(t) {
  const binary = miniBrowser();
  if (!existsSync(driver) || !binary) throw new Error("the tests need webkit2gtk-driver: install it");
  const home = mkdtempSync(join(tmpdir(), "tipbox-webkit-"));
  const started = [];
  let page = null;
  t.after(async () => {
    try {
      if (page) await page.ask("DELETE", "");
    } finally {
      for (const child of started.reverse()) await end(child);
      rmSync(home, { recursive: true, force: true, maxRetries: 30, retryDelay: 100 });
    }
  });
  const places = Object.fromEntries(["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"].map((name) => [name, join(home, name)]));
  Object.values(places).forEach((dir) => mkdirSync(dir, { mode: 0o700 }));

  const screen = start("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  started.push(screen);
  const [number] = await within(once(screen.stdio[3], "data"), "a screen for WebKit (xvfb)");
  const port = await freePort();
  started.push(start(driver, ["--host=127.0.0.1", `--port=${port}`], {
    stdio: "ignore",
    env: { ...process.env, ...places, HOME: home, DISPLAY: `:${String(number).trim()}`, GDK_BACKEND: "x11", GTK_USE_PORTAL: "0", NO_AT_BRIDGE: "1", LIBGL_ALWAYS_SOFTWARE: "1", MESA_SHADER_CACHE_DISABLE: "1" },
  }));

  const ask = async (method, path, body) => {
    const options = { method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body), signal: AbortSignal.timeout(stepLimit) };
    const { value } = await (await fetch(`http://127.0.0.1:${port}${path}`, options)).json();
    if (value && value.error) throw new Error(`WebKit: ${method} ${path}: ${value.error}: ${String(value.message).slice(0, 500)}`);
    return value;
  };
  for (let tries = 0; ; tries++) { // the driver says nothing when it is ready
    try {
      if ((await ask("GET", "/status")).ready) break;
    } catch (err) {
      if (tries > 300) throw err;
    }
    await pause(100);
  }
  const { sessionId } = await ask("POST", "/session", { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": { binary, args: ["--automation"] } } } });
  page = new Page((method, path, body) => ask(method, `/session/${sessionId}${path}`, body));
  await page.ask("POST", "/timeouts", { script: stepLimit, pageLoad: stepLimit, implicit: 0 });
  return page;
}

/** What a page can be asked by a driver that has evaluate() alone. */
export class Evaluated {
  $eval(selector, body, ...args) {
    return this.evaluate(`(selector, ...args) => { const e = document.querySelector(selector); if (!e) throw new Error("no " + selector); return (${body})(e, ...args); }`, selector, ...args);
  }

  $$eval(selector, body, ...args) {
    return this.evaluate(`(selector, ...args) => (${body})([...document.querySelectorAll(selector)], ...args)`, selector, ...args);
  }

  /** Waits until the function returns something true. */
  async waitForFunction(body, options, ...args) {
    for (const end = Date.now() + stepLimit; ;) {
      if (await this.evaluate(`(...args) => Boolean((${body})(...args))`, ...args)) return;
      if (Date.now() > end) throw new Error(`waited ${stepLimit / 1000} s for ${body}`);
      await pause(50);
    }
  }

  waitForSelector(selector) {
    return this.waitForFunction((s) => document.querySelector(s), {}, selector);
  }
}

class Page extends Evaluated {
  constructor(ask) {
    super();
    this.ask = ask;
    this.keyboard = { press: (key) => this.#keys(keys[key] || key) };
  }

  goto(url) {
    return this.ask("POST", "/url", { url });
  }

  goBack() {
    return this.ask("POST", "/back", {});
  }

  reload() {
    return this.ask("POST", "/refresh", {});
  }

  title() {
    return this.ask("GET", "/title");
  }

  url() {
    return this.ask("GET", "/url");
  }

  setViewport({ width, height }) {
    return this.ask("POST", "/window/rect", { width, height });
  }

  /** Resolves to what the function returns in the page; it may be a promise. */
  async evaluate(body, ...args) {
    const script = `const done = arguments[arguments.length - 1];
      Promise.resolve().then(() => (${body})(...Array.prototype.slice.call(arguments, 0, -1)))
        .then((value) => done({ value }), (error) => done({ error: String(error && error.stack || error) }));`;
    const { value, error } = await this.ask("POST", "/execute/async", { script, args });
    if (error) throw new Error(`WebKit: ${error}`);
    return value;
  }

  // Asks something of an element; one that was drawn anew meanwhile is looked for again.
  async #of(selector, what, body) {
    for (let tries = 0; ; tries++) {
      const { [reference]: id } = await this.ask("POST", "/element", { using: "css selector", value: selector });
      try {
        return await this.ask("POST", `/element/${id}/${what}`, body);
      } catch (err) {
        if (tries > 20 || !err.message.includes("stale element")) throw err;
      }
    }
  }

  async $(selector) {
    return { uploadFile: (...paths) => this.#of(selector, "value", { text: paths.join("\n") }) };
  }

  async click(selector) {
    await this.$eval(selector, (e) => e.scrollIntoView({ block: "center" })); // clear of what stays at the top
    return this.#of(selector, "click", {});
  }

  async type(selector, text) {
    return this.#of(selector, "value", { text: text.replace(/\n/g, keys.Enter) });
  }

  #keys(text) {
    const actions = [...text].flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
    return this.ask("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }
}
