/**
 * A headless Chromium, driven through a pipe by its own protocol (https://chromedevtools.github.io/devtools-protocol/).
 * Every browser has its own profile, which is removed with it, and reaches loopback only.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import { hasProgram, killGroup } from "./program.js";

const PROGRAM = "chromium";
/** The reason to skip a test, or false if Chromium is installed. */
export const NO_CHROMIUM = hasProgram(PROGRAM) ? false : "chromium is not installed";

/** A name that leads to loopback, as an attacker's can (DNS rebinding). */
export const REBOUND_NAME = "rebound.test";

const SWITCHES = [
  "--headless",
  "--remote-debugging-pipe",
  // Tests in containers often run as root, which has no sandbox, and with little shared memory.
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Looks up and reaches loopback only.
  `--host-resolver-rules=MAP ${REBOUND_NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1`,
  "--proxy-server=direct://",
];

/** Time to wait for an answer or a change in the page. */
const PATIENCE_MS = 60_000;
/** On a busy machine Chromium may hang while it starts; then another one is started. */
const START_TRIES = 3;
const START_PATIENCE_MS = 30_000;

/** Modifier keys, as the protocol numbers them. */
export const SHIFT = 8;

const KEYS: Readonly<Record<string, { code: number; text?: string }>> = {
  Tab: { code: 9 },
  Enter: { code: 13, text: "\r" },
  Escape: { code: 27 },
  ArrowUp: { code: 38 },
  ArrowDown: { code: 40 },
  " ": { code: 32, text: " " },
};

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export class Browser implements AsyncDisposable {
  private readonly answers = new Map<number, (message: Message) => void>();
  private readonly ended: Promise<void>;
  private lastId = 0;
  private received = "";

  private constructor(
    private readonly child: ChildProcess,
    private readonly profile: string,
  ) {
    this.ended = new Promise((resolve) => child.once("close", () => resolve()));
    (child.stdio[4] as Readable).setEncoding("utf8").on("data", (text: string) => this.take(text));
    (child.stdio[3] as Writable).on("error", () => {});
  }

  static async start(): Promise<Browser> {
    for (let triesLeft = START_TRIES; ; triesLeft--) {
      const browser = Browser.spawn();
      try {
        await browser.call("Browser.getVersion", {}, undefined, START_PATIENCE_MS);
        return browser;
      } catch (error) {
        await browser[Symbol.asyncDispose]();
        if (triesLeft === 1) {
          throw error;
        }
      }
    }
  }

  private static spawn(): Browser {
    const profile = mkdtempSync(path.join(tmpdir(), "lockstep-tftp-chromium-"));
    const child = spawn(PROGRAM, [...SWITCHES, `--user-data-dir=${profile}`, "about:blank"], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
      detached: true,
      // Killed, it leaves a folder there.
      env: { ...process.env, TMPDIR: profile },
    });
    return new Browser(child, profile);
  }

  /** Opens a page, and waits until it is loaded. */
  async open(url: string, options: { width?: number; height?: number; isDark?: boolean } = {}): Promise<Page> {
    const { targetId } = await this.call<{ targetId: string }>("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.call<{ sessionId: string }>("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, sessionId);
    await page.look(options);
    await page.go(url);
    return page;
  }

  call<Result>(method: string, params: object = {}, sessionId?: string, patienceMs = PATIENCE_MS): Promise<Result> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`${method}: Chromium does not answer`)), patienceMs).unref();
      this.answers.set(id, ({ result, error }) => {
        clearTimeout(limit);
        if (error === undefined) {
          resolve(result as Result);
        } else {
          reject(new Error(`${method}: ${error.message}`));
        }
      });
      const message = { id, method, params, ...(sessionId === undefined ? {} : { sessionId }) };
      (this.child.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Chromium starts more processes: the whole group must end.
    killGroup(this.child);
    await this.ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 10 });
  }

  /** Messages end with a zero byte. */
  private take(text: string): void {
    const messages = (this.received + text).split("\0");
    this.received = messages.pop() ?? "";
    for (const each of messages) {
      const message = JSON.parse(each) as Message;
      if (message.id !== undefined) {
        this.answers.get(message.id)?.(message);
        this.answers.delete(message.id);
      }
    }
  }
}

export class Page {
  constructor(
    private readonly browser: Browser,
    private readonly sessionId: string,
  ) {}

  private call<Result>(method: string, params: object = {}): Promise<Result> {
    return this.browser.call(method, params, this.sessionId);
  }

  /** Sets the window's width, and whether its user prefers dark colours. */
  async look({ width = 1200, height = 900, isDark = false }: { width?: number; height?: number; isDark?: boolean }) {
    const isPhone = width < 600;
    await this.call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: isPhone });
    const features = [{ name: "prefers-color-scheme", value: isDark ? "dark" : "light" }];
    await this.call("Emulation.setEmulatedMedia", { features });
  }

  async go(url: string): Promise<void> {
    await this.replace("Page.navigate", { url });
    assert.equal(await this.value("location.href"), url);
  }

  async reload(): Promise<void> {
    await this.replace("Page.reload");
  }

  /** Waits for the new document: until then expressions would be those of the old one. */
  private async replace(method: string, params: object = {}): Promise<void> {
    await this.value("void (globalThis.isOldDocument = true)");
    await this.call(method, params);
    await this.until(`!globalThis.isOldDocument && document.readyState === "complete"`);
  }

  /** Returns the value of an expression in the page, or throws what it throws. */
  async value<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.call<{
      result: { value: Value };
      exceptionDetails?: { exception?: { description?: string } };
    }>("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? expression);
    }
    return result.value;
  }

  /** Waits until an expression is true. */
  async until(expression: string): Promise<void> {
    for (const startedAt = performance.now(); ; ) {
      try {
        if (await this.value<boolean>(expression)) {
          return;
        }
      } catch {
        // The page is being replaced by another.
      }
      assert.ok(performance.now() - startedAt < PATIENCE_MS, `it never came true: ${expression}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Returns the text of an element, named by a selector. */
  text(selector: string): Promise<string> {
    return this.value(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ""`);
  }

  async press(key: string, modifiers = 0): Promise<void> {
    const { code, text } = KEYS[key] as { code: number; text?: string };
    const event = { key, code: key === " " ? "Space" : key, windowsVirtualKeyCode: code, modifiers };
    await this.call("Input.dispatchKeyEvent", { ...event, type: text === undefined ? "rawKeyDown" : "keyDown", text });
    await this.call("Input.dispatchKeyEvent", { ...event, type: "keyUp" });
  }

  async click(selector: string): Promise<void> {
    const place = { ...(await this.centre(selector)), button: "left", clickCount: 1 };
    await this.call("Input.dispatchMouseEvent", { ...place, type: "mousePressed" });
    await this.call("Input.dispatchMouseEvent", { ...place, type: "mouseReleased" });
  }

  /** Drags files over an element, and drops them. */
  async drop(selector: string, files: readonly string[]): Promise<void> {
    const place = await this.centre(selector);
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"]) {
      await this.call("Input.dispatchDragEvent", { type, ...place, data });
    }
  }

  /** Chooses files, as the system's dialog does. */
  async choose(selector: string, files: readonly string[]): Promise<void> {
    const { root } = await this.call<{ root: { nodeId: number } }>("DOM.getDocument");
    const { nodeId } = await this.call<{ nodeId: number }>("DOM.querySelector", { nodeId: root.nodeId, selector });
    await this.call("DOM.setFileInputFiles", { nodeId, files });
  }

  /** Returns a picture of what the window shows, as PNG. */
  async picture(): Promise<Buffer> {
    const { data } = await this.call<{ data: string }>("Page.captureScreenshot");
    return Buffer.from(data, "base64");
  }

  private centre(selector: string): Promise<{ x: number; y: number }> {
    return this.value(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      element.scrollIntoView({ block: "center" });
      const { left, top, width, height } = element.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    })()`);
  }
}
