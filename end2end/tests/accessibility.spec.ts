// Every page, in every state, in both schemes: axe finds nothing. And narrow, in forced colours, with less motion.

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test as base } from '../fixtures';
import { installClock } from '../fixtures/clock';
import { hydrated } from '../fixtures/hydration';
import { letterTo, linkIn } from '../fixtures/letters';
import { hold } from '../fixtures/network';
import { type Person, register, somebody } from '../fixtures/person';
import type { Server } from '../fixtures/server';
import type { Thief } from '../fixtures/thief';
import { ErrorPage } from '../pages/error';
import { fact } from '../pages/fact';
import { ForgotPasswordPage } from '../pages/forgot-password';
import { HomePage } from '../pages/home';
import { NotFoundPage } from '../pages/not-found';
import { ProfilePage } from '../pages/profile';
import { RegisterPage } from '../pages/register';
import { ResetPasswordPage } from '../pages/reset-password';
import { SettingsPage } from '../pages/settings';
import { SignInPage } from '../pages/sign-in';
import { SiteHeader } from '../pages/site-header';
import { VerifyEmailPage } from '../pages/verify-email';

interface Cast {
  readonly alice: Person;
  readonly thief: Thief;
  readonly server: Server;
}

interface State {
  /** What the browser writes to the console on the way there. */
  readonly status?: number;
  /** Whether a request gets no answer on the way there. */
  readonly offline?: boolean;
  /** Brings the page into the state. */
  reach(page: Page, cast: Cast): Promise<void>;
}

/** Opens the link of a letter by which `person` gets another password. */
async function openReset(page: Page, server: Server, person: Person): Promise<void> {
  const forgot = new ForgotPasswordPage(page);
  await forgot.visit();
  await forgot.ask(person.email);
  await expect(forgot.asked).toBeVisible();
  await page.goto(linkIn(await letterTo(server, person.email, 'reset_password'), '/reset-password'));
  await expect(new ResetPasswordPage(page).password).toBeVisible();
}

/** Comes as `person` to a page of the settings. */
async function openSettings(page: Page, person: Person, name: string): Promise<SettingsPage> {
  await new SignInPage(page).signIn(person);
  const settings = new SettingsPage(page);
  await settings.open(name);
  return settings;
}

/** A page of the settings as it is opened. */
function ofSettings(name: string, heading: string): Record<string, State> {
  return {
    [`the settings: ${heading}`]: {
      async reach(page, { alice }) {
        const settings = await openSettings(page, alice, name);
        await expect(settings.heading).toHaveText(heading);
      },
    },
  };
}

const STATES: Record<string, State> = {
  'the start of a stranger': {
    async reach(page) {
      await new HomePage(page).open();
    },
  },
  'the sign-in': {
    async reach(page) {
      await new SignInPage(page).open();
    },
  },
  'the sign-in after a session has ended': {
    async reach(page) {
      const signIn = new SignInPage(page);
      await signIn.open('?next=/&reason=ended');
      await expect(signIn.ended).toBeVisible();
    },
  },
  'the sign-in with empty fields': {
    async reach(page) {
      const signIn = new SignInPage(page);
      await signIn.open();
      await signIn.submit.click();
      await expect(signIn.username).toHaveAttribute('aria-invalid', 'true');
    },
  },
  'the sign-in after a wrong password': {
    status: 401,
    async reach(page) {
      const signIn = new SignInPage(page);
      await signIn.open();
      await signIn.fill(somebody('nobody'));
      await expect(signIn.alert).toBeVisible();
    },
  },
  'the sign-in after too many tries': {
    status: 429,
    async reach(page, { alice }) {
      const signIn = new SignInPage(page);
      await page.route('**/fn/login', (route) => route.fulfill({ status: 429, headers: { 'retry-after': '7' } }));
      await signIn.open();
      await signIn.fill(alice);
      await expect(signIn.alert).toBeVisible();
    },
  },
  'the sign-in without a network': {
    offline: true,
    async reach(page, { alice }) {
      const signIn = new SignInPage(page);
      await signIn.open();
      await page.context().setOffline(true);
      await signIn.fill(alice);
      await expect(signIn.alert).toBeVisible();
    },
  },
  'the sign-in under way': {
    async reach(page, { alice }) {
      const signIn = new SignInPage(page);
      const answer = await hold(page, '**/fn/login');
      await signIn.open();
      await signIn.fill(alice);
      await answer.arrived;
      await expect(signIn.submit).toHaveText('Signing in…');
    },
  },
  'the sign-in with the password shown': {
    async reach(page, { alice }) {
      const signIn = new SignInPage(page);
      await signIn.open();
      await signIn.password.fill(alice.password);
      await signIn.showPassword.click();
      await expect(signIn.hidePassword).toBeVisible();
    },
  },
  'the registration': {
    async reach(page) {
      const register = new RegisterPage(page);
      await register.open();
      await register.password.fill('quiet harbour');
    },
  },
  'the registration with each field wrong': {
    async reach(page) {
      const register = new RegisterPage(page);
      await register.open();
      await register.fill({ username: 'a', email: 'nobody', password: 'short' });
      await expect(register.password).toHaveAttribute('aria-invalid', 'true');
    },
  },
  'the forgotten password': {
    async reach(page) {
      await new ForgotPasswordPage(page).visit();
    },
  },
  'the forgotten password with a wrong address': {
    status: 422,
    async reach(page) {
      const forgot = new ForgotPasswordPage(page);
      await forgot.visit();
      await forgot.ask('nowhere');
      await expect(forgot.email).toHaveAttribute('aria-invalid', 'true');
    },
  },
  'the forgotten password once a letter is on its way': {
    async reach(page, { alice }) {
      const forgot = new ForgotPasswordPage(page);
      await forgot.visit();
      await forgot.ask(alice.email);
      await expect(forgot.asked).toBeVisible();
    },
  },
  'another password by a letter': {
    async reach(page, { alice, server }) {
      await openReset(page, server, alice);
      await new ResetPasswordPage(page).password.fill('quiet harbour');
    },
  },
  'another password that can\'t be taken': {
    status: 422,
    async reach(page, { alice, server }) {
      await openReset(page, server, alice);
      const reset = new ResetPasswordPage(page);
      await reset.fill('short');
      await expect(reset.password).toHaveAttribute('aria-invalid', 'true');
    },
  },
  'a link that is void': {
    async reach(page) {
      await page.goto('/reset-password?token=void');
      await expect(new ResetPasswordPage(page).isVoid).toBeVisible();
    },
  },
  'the sign-in after a reset': {
    async reach(page) {
      await new SignInPage(page).open('?reason=reset');
      await expect(page.getByRole('status').filter({ hasText: 'Your password was changed.' })).toBeVisible();
    },
  },
  'an address to be confirmed by a link': {
    async reach(page, { alice, server }) {
      await page.goto(linkIn(await letterTo(server, alice.email, 'verify_email'), '/verify-email'));
      await expect(new VerifyEmailPage(page).confirm).toBeVisible();
    },
  },
  'an address that is confirmed': {
    async reach(page, { alice, server }) {
      const verify = new VerifyEmailPage(page);
      await page.goto(linkIn(await letterTo(server, alice.email, 'verify_email'), '/verify-email'));
      await verify.confirm.click();
      await expect(verify.done).toBeVisible();
    },
  },
  'the code of a letter': {
    status: 422,
    async reach(page, { alice }) {
      const verify = new VerifyEmailPage(page);
      await new SignInPage(page).signIn(alice);
      await verify.visit();
      await verify.code.fill('1');
      await verify.confirm.click();
      await expect(verify.code).toHaveAccessibleDescription(/^This code is not the one/);
    },
  },
  'what was somebody else\'s doing': {
    async reach(page, { alice, server }) {
      await openReset(page, server, alice);
      await new ResetPasswordPage(page).fill('eight loud hatters hum');
      await expect(page).toHaveURL('/login?reason=reset');
      await page.goto(linkIn(await letterTo(server, alice.email, 'password_changed'), '/not-me'));
      await expect(page.getByRole('button', { name: 'It wasn\'t me: sign them out' })).toBeVisible();
    },
  },
  'the home of the signed-in': {
    async reach(page, { alice }) {
      await new SignInPage(page).signIn(alice);
      await expect(new HomePage(page).timeLeft).toBeVisible();
    },
  },
  'the home with a notice': {
    async reach(page, { alice, thief }) {
      await thief.stealFrom(alice);
      await new SignInPage(page).signIn(alice);
      await expect(new HomePage(page).notice).toBeVisible();
    },
  },
  'the home without an answer': {
    status: 503,
    async reach(page, { alice }) {
      await new SignInPage(page).signIn(alice);
      await page.route('**/fn/refresh', (route) => route.fulfill({ status: 503 }));
      const home = new HomePage(page);
      await home.refreshNow.click();
      await expect(home.trouble).toBeVisible();
    },
  },
  'the profile': {
    async reach(page, { alice }) {
      await new SignInPage(page).signIn(alice);
      await page.goto('/profile');
      await expect(new ProfilePage(page).heading).toBeVisible();
    },
  },
  ...ofSettings('', 'Settings'),
  ...ofSettings('profile', 'Username'),
  ...ofSettings('email', 'Email'),
  ...ofSettings('password', 'Password'),
  ...ofSettings('export', 'Your data'),
  ...ofSettings('delete', 'Delete account'),
  'the devices': {
    async reach(page, { alice }) {
      const settings = await openSettings(page, alice, 'devices');
      await expect(settings.rows.first()).toContainText('This device');
    },
  },
  'the devices while they are asked for': {
    async reach(page, { alice }) {
      await hold(page, '**/fn/sessions');
      const settings = await openSettings(page, alice, 'devices');
      await expect(settings.main.getByText('Loading…')).toBeVisible();
    },
  },
  'the devices that do not come': {
    status: 503,
    async reach(page, { alice }) {
      await page.route('**/fn/sessions', (route) => route.fulfill({ status: 503 }));
      const settings = await openSettings(page, alice, 'devices');
      await expect(settings.button('Try again')).toBeVisible();
    },
  },
  'the activity': {
    async reach(page, { alice }) {
      const settings = await openSettings(page, alice, 'activity');
      await expect(settings.rows.first()).toBeVisible();
    },
  },
  'a question before something is done': {
    async reach(page, { alice }) {
      const settings = await openSettings(page, alice, 'delete');
      await settings.button('Delete my account').click();
      await expect(settings.question).toBeVisible();
    },
  },
  'an account that will be deleted': {
    async reach(page, { alice }) {
      const settings = await openSettings(page, alice, 'delete');
      await settings.button('Delete my account').click();
      await settings.answer('Delete my account');
      await expect(settings.button('Keep my account')).toBeVisible();
    },
  },
  'the password asked for again': {
    status: 401,
    async reach(page, { alice, server }) {
      const settings = await openSettings(page, alice, 'export');
      await server.advance(660);
      await settings.button('Download my data').click();
      await settings.goOn.click();
      await expect(settings.proofPassword).toHaveAttribute('aria-invalid', 'true');
    },
  },
  'a password to be changed that can\'t be taken': {
    async reach(page, { alice }) {
      const settings = await openSettings(page, alice, 'password');
      await settings.newPassword.fill('short');
      await settings.button('Change the password').click();
      await expect(settings.newPassword).toHaveAttribute('aria-invalid', 'true');
    },
  },
  'an address that is no page': {
    status: 405,
    async reach(page) {
      await page.goto('/logout');
      await expect(new ErrorPage(page, 'That is not possible here').heading).toBeVisible();
    },
  },
  'a page that is not there, for the signed-in': {
    status: 404,
    async reach(page, { alice }) {
      await new SignInPage(page).signIn(alice);
      await page.goto('/nowhere');
      await expect(new SiteHeader(page).signOut).toBeVisible();
    },
  },
  'a page that is not there': {
    status: 404,
    async reach(page) {
      await page.goto('/nowhere');
      await expect(new NotFoundPage(page).heading).toBeVisible();
    },
  },
};

const test = base.extend<{ state: State | undefined; reached: Page }>({
  state: [undefined, { option: true }],
  reached: async ({ page, state, alice, thief, server, browserConsole }, use) => {
    if (state?.status) {
      browserConsole.expectsStatus(state.status);
    }
    if (state?.offline) {
      browserConsole.expectsLostNetwork();
    }
    await state?.reach(page, { alice, thief, server });
    await hydrated(page);
    await use(page);
  },
});

for (const [name, state] of Object.entries(STATES)) {
  test.describe(name, () => {
    test.use({ state });

    for (const colorScheme of ['light', 'dark'] as const) {
      test.describe(() => {
        test.use({ colorScheme });

        test(`axe finds nothing on ${name}, ${colorScheme}`, async ({ reached }) => {
          const { violations } = await new AxeBuilder({ page: reached })
            .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
            .analyze();
          expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`)).toEqual([]);
        });
      });
    }

    test(`nothing of ${name} is cut off at 320 px`, async ({ page, reached }) => {
      for (const width of [320, 360, 768, 2560]) {
        await page.setViewportSize({ width, height: 800 });
        const overflow = await reached.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement;
          const wide = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
          return { by: scrollWidth - clientWidth, elements: wide.map((element) => `${element.tagName} ${element.className}`).slice(0, 5) };
        });
        expect(overflow.by, `${width} px: ${overflow.elements.join(', ')}`).toBeLessThanOrEqual(0);
      }
    });
  });
}

test('the longest name and a long address are cut off nowhere', async ({
  page, request, server, browser, signInPage, settingsPage,
}) => {
  const longest = { ...somebody('longest'), username: 'm'.repeat(32), email: `${'w'.repeat(41)}@example.org` };
  await register(request, longest);
  const viewport = { width: 320, height: 800 };
  await page.setViewportSize(viewport);
  const isWhole = async (what: string, shown = page) => {
    const beyond = await shown.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(beyond, what).toBeLessThanOrEqual(0);
  };
  const letter = await letterTo(server, longest.email, 'verify_email');
  await page.goto(linkIn(letter, '/verify-email'));
  await expect(page.getByText(longest.username)).toBeVisible();
  await isWhole('the page behind the link of a letter');
  await signInPage.signIn(longest);
  for (const path of ['/', '/profile', '/verify-email', '/settings/devices', '/dev/mail', `/dev/mail/${letter.id}`]) {
    await page.goto(path);
    await isWhole(path);
  }
  await settingsPage.open('email');
  await settingsPage.newEmail.fill(`n${longest.email}`);
  await settingsPage.button('Change the address').click();
  await expect(settingsPage.said(`A letter is on its way to n${longest.email}.`)).toBeVisible();
  await isWhole('what is said of another address');
  const program = await (await browser.newContext({ viewport })).newPage();
  await program.setContent(await (await request.get(`/dev/mail/${letter.id}/html`)).text());
  await expect(program.getByText(`Hello ${longest.username}`)).toBeVisible();
  await isWhole('a letter in a mail program', program);
  await program.context().close();
});

/** The colours of a picture at three and at one quarter of its width. */
async function colours(page: Page, picture: Buffer): Promise<[string, string]> {
  // On a page without a policy, since a picture is not loaded from just anywhere on ours.
  const blank = await page.context().newPage();
  const seen = await blank.evaluate(async (encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d', { willReadFrequently: true })!;
    canvas.drawImage(bitmap, 0, 0);
    const at = (part: number) => canvas.getImageData(Math.round(bitmap.width * part), Math.round(bitmap.height / 2), 1, 1).data.join();
    return [at(0.75), at(0.25)] as [string, string];
  }, picture.toString('base64'));
  await blank.close();
  return seen;
}

test.describe('forced colours', () => {
  test.use({ forcedColors: 'active' });

  test('what has the focus, what is wrong and how long a token lives can still be seen', async ({ page, home, signInPage, alice }) => {
    await installClock(page);
    await signInPage.open();
    await signInPage.submit.click();
    await expect(signInPage.username).toBeFocused();
    const outline = await signInPage.username.evaluate((element) => getComputedStyle(element).outlineStyle);
    expect(outline).not.toBe('none');
    await expect(page.getByText('Enter your username or email address')).toBeVisible();
    await signInPage.fill(alice);
    await expect(home.greeting(alice)).toBeVisible();
    await page.clock.fastForward('05:00');
    await expect(home.timeLeft).toHaveText(/^(5:00|4:\d\d)$/);
    const [lived, left] = await colours(page, await home.accessToken.getByRole('progressbar').screenshot());
    expect(left, 'the life that is left differs from its track').not.toBe(lived);
  });
});

test.describe('less motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });

  test('nothing moves for who wishes less motion', async ({ page, home, signInPage, alice }) => {
    await signInPage.signIn(alice);
    await expect(home.timeLeft).toBeVisible();
    const moving = await page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .flatMap((element) => [element, '::before', '::after'].map((part) => getComputedStyle(element, typeof part === 'string' ? part : null)))
        .filter(({ animationName, animationDuration, transitionDuration }) => {
          const longest = (durations: string) => Math.max(...durations.split(',').map((duration) => Number.parseFloat(duration)));
          return (animationName !== 'none' && longest(animationDuration) > 0.01) || longest(transitionDuration) > 0.01;
        }).length,
    );
    expect(moving).toBe(0);
  });
});

test('text can be twice as large, and nothing is lost', async ({ page, home, signInPage, alice }) => {
  await signInPage.signIn(alice);
  await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
  for (const [width, least] of [[320, 110], [360, 120], [640, 200], [768, 300]] as const) {
    await page.setViewportSize({ width, height: 800 });
    await expect(home.refreshNow).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${width} px`).toBeLessThanOrEqual(0);
    for (const value of [fact(home.accessToken, 'Subject'), home.generation]) {
      expect((await value.boundingBox())!.width, `a value at ${width} px`).toBeGreaterThan(least);
    }
  }
});

test('what can be pressed is large enough for a finger', async ({ page, home, signInPage, registerPage, alice }) => {
  await page.setViewportSize({ width: 320, height: 780 });
  const large = async () => {
    const banner = page.getByRole('banner');
    for (const target of await banner.getByRole('link').or(banner.getByRole('button')).or(page.getByRole('main').getByRole('button')).all()) {
      const { width, height } = (await target.boundingBox())!;
      expect(Math.min(width, height), (await target.textContent())!).toBeGreaterThanOrEqual(24);
    }
  };
  await registerPage.open();
  await large();
  await signInPage.open();
  await large();
  await signInPage.fill(alice);
  await expect(home.refreshNow).toBeEnabled();
  await large();
});
