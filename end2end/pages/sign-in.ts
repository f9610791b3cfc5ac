import type { Locator, Page } from '@playwright/test';
import type { Person } from '../fixtures/person';
import { CredentialForm } from './credential-form';
import { HomePage } from './home';

export class SignInPage extends CredentialForm {
  readonly username: Locator;
  readonly submit: Locator;
  readonly createAccount: Locator;
  /** Why one was brought here. */
  readonly ended: Locator;

  constructor(page: Page) {
    super(page, '/login', 'Sign in');
    const main = page.getByRole('main');
    this.username = page.getByLabel('Username or email');
    this.submit = main.getByRole('button', { name: /^Sign(ing)? in/ });
    this.createAccount = main.getByRole('link', { name: 'Create an account' });
    this.ended = main.getByRole('status').filter({ hasText: 'You were signed out because your session ended. Sign in to go on.' });
  }

  /** Fills in the form that is open and sends it. */
  async fill(person: Pick<Person, 'username' | 'password'>): Promise<void> {
    await this.username.fill(person.username);
    await this.password.fill(person.password);
    await this.submit.click();
  }

  /** Comes as `person` and is at home, with nothing under way any more. */
  async signIn(person: Person): Promise<void> {
    await this.open();
    await this.fill(person);
    const home = new HomePage(this.page);
    await home.greeting(person).waitFor();
    await home.settled();
  }
}
