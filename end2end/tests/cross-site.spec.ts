// Another site attacks a visitor who is signed in here: by form, fetch, frame and window. Nothing changes, and nothing is read.

import type { Page } from '@playwright/test';
import { expect, test as base } from '../fixtures';
import type { Person } from '../fixtures/person';
import type { Server } from '../fixtures/server';
import { StrangerSite } from '../fixtures/stranger-site';
import { cookieIn } from '../fixtures/thief';

const test = base.extend<{ stranger: StrangerSite }>({
  stranger: async ({}, use) => {
    const stranger = await StrangerSite.open();
    await use(stranger);
    await stranger.close();
  },
});

const ORIGINS = ['crossSite', 'sameSite'] as const;

/** Every address that changes something, with a body that would do. */
function attacks(victim: Person, made: Person): [path: string, fields: Record<string, string>][] {
  return [
    ['/login', { username: made.username, password: made.password, next: '/' }],
    ['/register', { username: `${made.username}-2`, email: `2-${made.email}`, password: made.password }],
    ['/logout', {}],
    ['/notices/dismiss', { id: 'any' }],
    ['/fn/login', { username: made.username, password: made.password }],
    ['/fn/register', { username: `${made.username}-3`, email: `3-${made.email}`, password: made.password }],
    ['/fn/refresh', {}],
    ['/fn/logout', {}],
    ['/fn/logout_all', {}],
    ['/fn/profile', {}],
    ['/fn/dismiss_notice', { id: 'any' }],
    ['/api/v1/auth/login', { username: made.username, password: made.password }],
    ['/api/v1/auth/register', { username: `${made.username}-4`, email: `4-${made.email}`, password: made.password }],
    ['/api/v1/auth/refresh', {}],
    ['/api/v1/auth/logout', {}],
    ['/api/v1/auth/logout-all', {}],
    ['/api/v1/user/profile', { username: victim.username }],
  ];
}

/** Holds that the visitor's session and the accounts are as they were. */
async function nothingChanged(page: Page, server: Server, cookie: string, alice: Person, made: Person): Promise<void> {
  expect(await cookieIn(page.context()), 'the cookie').toBe(cookie);
  const answer = await page.goto('/profile');
  expect(await answer!.text()).toContain(alice.email);
  for (const suffix of ['-2', '-3', '-4']) {
    const login = await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: made.username + suffix, password: made.password }),
    });
    expect(login.status, `${made.username}${suffix} was not made`).toBe(401);
  }
}

for (const origin of ORIGINS) {
  test(`a form of ${origin === 'crossSite' ? 'another site' : 'another port'} changes nothing`, async ({
    page, context, server, stranger, signInPage, alice, bob, browserConsole,
  }) => {
    test.slow();
    browserConsole.expectsStatus(403);
    await signInPage.signIn(alice);
    const cookie = await cookieIn(context);
    for (const encoding of ['application/x-www-form-urlencoded', 'text/plain']) {
      for (const [path, fields] of attacks(alice, bob)) {
        const inputs = Object.entries(fields).map(([name, value]) => `<input type=hidden name="${name}" value="${value}">`);
        stranger.show(`<form method=post enctype="${encoding}" action="${server.url}${path}">${inputs.join('')}<button>Win a prize</button></form>`);
        await page.goto(stranger[origin]);
        const [answer] = await Promise.all([
          page.waitForResponse((response) => response.url() === server.url + path),
          page.getByRole('button').click(),
        ]);
        expect(answer.status(), `${path} as ${encoding}`).toBe(403);
        expect(await answer.headerValue('set-cookie'), path).toBeNull();
      }
    }
    await nothingChanged(page, server, cookie, alice, bob);
  });

  test(`a fetch of ${origin === 'crossSite' ? 'another site' : 'another port'} changes and reads nothing`, async ({
    page, context, server, stranger, signInPage, alice, bob, browserConsole,
  }) => {
    browserConsole.expects(/blocked by CORS policy|net::ERR_|status of 403|status of 405/);
    await signInPage.signIn(alice);
    const cookie = await cookieIn(context);
    stranger.show('');
    await page.goto(stranger[origin]);
    const targets = attacks(alice, bob).map(([path, fields]) => [server.url + path, JSON.stringify(fields)] as const);
    const read = await page.evaluate(async (targets) => {
      const readable: string[] = [];
      for (const [url, body] of targets) {
        for (const mode of ['no-cors', 'cors'] as const) {
          for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded']) {
            const answer = await fetch(url, { method: 'POST', mode, credentials: 'include', headers: { 'content-type': type }, body }).catch(() => null);
            if (answer && (answer.type !== 'opaque' || (await answer.text()) !== '')) {
              readable.push(`${mode} ${type} ${url}`);
            }
          }
        }
      }
      for (const path of ['/', '/profile', '/api/v1/user/profile']) {
        for (const mode of ['no-cors', 'cors'] as const) {
          const answer = await fetch(new URL(path, targets[0]![0]), { mode, credentials: 'include' }).catch(() => null);
          if (answer && (answer.type !== 'opaque' || (await answer.text()) !== '')) {
            readable.push(`${mode} ${path}`);
          }
        }
      }
      return readable;
    }, targets);
    expect(read).toEqual([]);
    await nothingChanged(page, server, cookie, alice, bob);
  });

  test(`no page can be put into a frame by ${origin === 'crossSite' ? 'another site' : 'another port'}`, async ({
    page, server, stranger, signInPage, alice, browserConsole,
  }) => {
    browserConsole.expectsStatus(404);
    browserConsole.expects(/frame-ancestors|Refused to (display|frame)|Framing/i);
    await signInPage.signIn(alice);
    for (const path of ['/', '/profile', '/nowhere']) {
      stranger.show(`<iframe title="frame" src="${server.url}${path}"></iframe>`);
      await page.goto(stranger[origin]);
      await expect(page.frameLocator('iframe').getByText(/Latchkey|alice/)).toHaveCount(0);
      expect(page.frames().map((frame) => frame.url()).filter((url) => url.startsWith(server.url))).toEqual([]);
    }
  });

  test(`a window that ${origin === 'crossSite' ? 'another site' : 'another port'} opens is out of its reach`, async ({
    page, context, server, stranger, signInPage, alice,
  }) => {
    await signInPage.signIn(alice);
    stranger.show('<button>Open</button>');
    await page.goto(stranger[origin]);
    const opened = context.waitForEvent('page');
    await page.evaluate((url) => {
      (window as unknown as { opened: Window | null }).opened = window.open(url);
    }, server.url);
    const popup = await opened;
    await expect(popup.getByRole('banner')).toBeVisible();
    expect(await popup.evaluate(() => window.opener), 'the page does not know who opened it').toBeNull();
    const reach = await page.evaluate(() => {
      const { opened } = window as unknown as { opened: Window | null };
      try {
        return opened?.closed ? 'cut off' : String(opened?.document.body.innerText);
      } catch (error) {
        return (error as Error).name;
      }
    });
    expect(['cut off', 'SecurityError']).toContain(reach);
  });
}

test('a link from another site finds its visitor signed in: that is what Lax is for', async ({ page, server, stranger, signInPage, home, alice }) => {
  await signInPage.signIn(alice);
  stranger.show(`<a href="${server.url}/">to Latchkey</a>`);
  await page.goto(stranger.crossSite);
  await page.getByRole('link').click();
  await expect(home.greeting(alice)).toBeVisible();
  await expect(home.timeLeft).toBeVisible();
});

test('an address of another site is never told where one was', async ({ page, signInPage, alice, header, profilePage }) => {
  const referrers: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('http://localhost')) {
      referrers.push(request.headers().referer ?? '');
    }
  });
  await signInPage.signIn(alice);
  await header.profile.click();
  await expect(profilePage.heading).toBeVisible();
  expect(referrers, 'no request goes to another site at all').toEqual([]);
});
