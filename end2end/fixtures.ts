// What every spec is given: a server of its own, people, pages, and guards that hold for each test unasked.

import { type Browser, type BrowserContext, expect, test as base } from '@playwright/test';
import { ConsoleGuard } from './fixtures/console';
import { watchHydration } from './fixtures/hydration';
import { type Person, register, somebody } from './fixtures/person';
import { PolicyGuard } from './fixtures/policy';
import { SecrecyGuard } from './fixtures/secrecy';
import { Server, type ServerOptions } from './fixtures/server';
import { Thief } from './fixtures/thief';
import { ForgotPasswordPage } from './pages/forgot-password';
import { HomePage } from './pages/home';
import { NotFoundPage } from './pages/not-found';
import { ProfilePage } from './pages/profile';
import { RegisterPage } from './pages/register';
import { ResetPasswordPage } from './pages/reset-password';
import { SettingsPage } from './pages/settings';
import { SignInPage } from './pages/sign-in';
import { SiteHeader } from './pages/site-header';
import { VerifyEmailPage } from './pages/verify-email';

interface Fixtures {
  /** Settings for this test's server besides the ordinary ones. */
  settings: ServerOptions['settings'];
  /** The server, whose clock can be turned. */
  server: Server;
  browserConsole: ConsoleGuard;
  secrecy: SecrecyGuard;
  policy: PolicyGuard;
  /** Somebody with an account. */
  alice: Person;
  /** Somebody else with an account. */
  bob: Person;
  /** Somebody without an account yet. */
  newcomer: Person;
  thief: Thief;
  /** Another browser, which shares nothing with the first. */
  otherBrowser: BrowserContext;
  header: SiteHeader;
  home: HomePage;
  signInPage: SignInPage;
  registerPage: RegisterPage;
  forgotPasswordPage: ForgotPasswordPage;
  resetPasswordPage: ResetPasswordPage;
  verifyEmailPage: VerifyEmailPage;
  profilePage: ProfilePage;
  settingsPage: SettingsPage;
  notFoundPage: NotFoundPage;
}

export const test = base.extend<Fixtures>({
  settings: [{}, { option: true }],

  server: async ({ settings }, use, testInfo) => {
    const server = await Server.start({ settings });
    await use(server);
    await server.stop();
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('server.log', { body: server.log(), contentType: 'text/plain' });
    }
    expect(server.log(), 'what the server wrote').not.toMatch(/panicked at|eyJ/);
  },

  baseURL: async ({ server }, use) => use(server.url),

  browserConsole: [
    async ({ context }, use) => {
      const guard = new ConsoleGuard(context);
      await use(guard);
      guard.verify();
    },
    { auto: true },
  ],

  secrecy: [
    async ({ context, javaScriptEnabled }, use) => {
      const guard = await SecrecyGuard.watch(context, javaScriptEnabled);
      await use(guard);
      await guard.verify();
    },
    { auto: true },
  ],

  policy: [
    async ({ context }, use) => {
      const guard = await PolicyGuard.watch(context);
      await use(guard);
      guard.verify();
    },
    { auto: true },
  ],

  context: async ({ context }, use) => {
    await watchHydration(context);
    await use(context);
  },

  alice: async ({ request }, use) => {
    const alice = somebody('alice');
    await register(request, alice);
    await use(alice);
  },

  bob: async ({ request }, use) => {
    const bob = somebody('bob');
    await register(request, bob);
    await use(bob);
  },

  newcomer: async ({}, use) => use(somebody('newcomer')),

  thief: async ({ server }, use) => {
    const thief = await Thief.at(server.url);
    await use(thief);
    await thief.dispose();
  },

  otherBrowser: async ({ browser, server }, use) => {
    const context = await another(browser, server);
    await use(context);
    await context.close();
  },

  header: async ({ page }, use) => use(new SiteHeader(page)),
  home: async ({ page }, use) => use(new HomePage(page)),
  signInPage: async ({ page }, use) => use(new SignInPage(page)),
  registerPage: async ({ page }, use) => use(new RegisterPage(page)),
  forgotPasswordPage: async ({ page }, use) => use(new ForgotPasswordPage(page)),
  resetPasswordPage: async ({ page }, use) => use(new ResetPasswordPage(page)),
  verifyEmailPage: async ({ page }, use) => use(new VerifyEmailPage(page)),
  profilePage: async ({ page }, use) => use(new ProfilePage(page)),
  settingsPage: async ({ page }, use) => use(new SettingsPage(page)),
  notFoundPage: async ({ page }, use) => use(new NotFoundPage(page)),
});

async function another(browser: Browser, server: Server): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: server.url });
  await watchHydration(context);
  return context;
}

export { expect };
