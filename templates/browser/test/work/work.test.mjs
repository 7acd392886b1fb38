// The real page, and a server that asks every tip for work: intake/web/work_test.go
// starts both, checks the work as the service does, and opens the tips.
import assert from "node:assert/strict";
import { describe } from "node:test";
import { after, before, launch, test } from "../support.mjs";
import { box, fill, link, open, press, report, sealing, sent, thanked, words } from "../page/villager.mjs";

after(report);

for (const name of ["chrome", "chrome109", "firefox"]) {
  describe(name, () => {
    const cleanups = [];
    let browser;
    before(async () => {
      browser = await launch({ after: (f) => cleanups.push(f) }, name);
    });
    after(async () => {
      for (const cleanup of cleanups.reverse()) await cleanup();
    });

    test("a tip is sent, with work that nobody sees", async (t) => {
      const page = await open(t, browser, link("ncs01", "vi", box.url));
      await sealing(page);
      for (const message of [words(name), words(`${name}, không có worker`)]) {
        await fill(page, message);
        await press(page);
        await thanked(page);
        sent(message, true);
        assert.deepEqual(page.said.filter((line) => !line.includes("429")), [], "what the browser or its policy complains about");
        await page.goto(link("ncs01", "vi", box.url));
        await sealing(page);
        await page.evaluate(() => { window.Worker = undefined; });
      }
    });
  });
}
