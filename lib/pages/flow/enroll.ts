import type { Association, AuthenticatorType } from '../../core/authenticator-type.js';
import { startEnrollment } from '../../core/enrollment/enrollment.js';
import type { Mfa } from '../../core/mfa.js';
import { Params } from '../../core/params.js';
import { errors, OAuthError } from '../../errors.js';
import { infoOf } from '../../http/request-context.js';
import type { Authenticator, LoginTransaction, User } from '../../ports/index.js';
import type { VerifiedAccessToken } from '../../tokens/tokens.js';
import { explain } from '../explain.js';
import type { Page, Visit } from '../page.js';
import type { View, Way } from '../view.js';
import { confirmView } from './confirm.js';
import { opened, pageStateOf, remember, sealed } from './page-state.js';

/** Where an enrollment happens: in a login that waits, or in the settings of an open session. */
export interface EnrollmentDoor {
  /** Path of the page; the actions are below it. */
  readonly path: string;
  readonly transactionId: string;
  readonly access?: VerifiedAccessToken | undefined;
  /** Kinds that the policy allows; empty = all. */
  readonly kinds: readonly string[];
  readonly user: User;
}

const WAYS: readonly Way[] = ['sms', 'voice', 'email', 'otp'];

/** What can be enrolled here, in the order of the page. */
export function waysOf({ types }: Mfa, kinds: readonly string[]): readonly Way[] {
  const offered = types
    .filter((type) => type.associate)
    .flatMap((type) =>
      type.kinds
        .filter((kind) => kinds.length === 0 || kinds.includes(kind))
        .flatMap((kind) => type.entries({ kind, id: '' } as Authenticator))
        .map(({ channel }) => channel ?? 'otp'),
    );
  return WAYS.filter((way) => offered.includes(way));
}

type EnrollView = Extract<View, { readonly page: 'enroll' }>;

export function enrollView(
  visit: Visit,
  door: EnrollmentDoor,
  more: { readonly error?: EnrollView['error']; readonly back?: string | undefined } = {},
): EnrollView {
  const { fields } = visit;
  return {
    page: 'enroll',
    form: visit.form(`${door.path}/enroll`),
    adding: door.access !== undefined,
    ways: waysOf(visit.mfa, door.kinds),
    values: {
      method: fields.optional('method'),
      phone: fields.optional('phone_number'),
      email: fields.optional('email') ?? door.user.email,
    },
    ...more,
  };
}

/**
 * Sends the first code once more: a new enrollment of the same takes the place of the one under way. When it is too
 * early, the one under way goes on, and so does its page.
 */
export async function enrollAgain(
  visit: Visit,
  door: EnrollmentDoor,
  transaction: LoginTransaction | undefined,
): Promise<Page> {
  const { enrolling } = pageStateOf(visit.state);
  if (!enrolling) throw errors.expiredOobCode();
  const fields = new Params(new Map(JSON.parse(opened(visit, 'typed', enrolling.typed))));
  const page = await enroll({ ...visit, fields }, door);
  if ('to' in page || page.status !== 429 || page.view.page !== 'enroll') return page;
  const { error } = page.view;
  return { ...page, view: confirmView(visit, enrolling, door.path, transaction, error?.text) };
}

/** Starts what the visitor chose; what was typed wrongly comes back with a word beside the field. */
export async function enroll(
  visit: Visit,
  door: EnrollmentDoor,
  more: { readonly back?: string | undefined } = {},
): Promise<Page> {
  const { mfa, fields, request, texts } = visit;
  const way = waysOf(mfa, door.kinds).find((it) => it === fields.optional('method'));
  const again = (field: 'method' | 'phone' | 'email', text: string, status = 400): Page => ({
    view: enrollView(visit, door, { ...more, error: { field, text } }),
    status,
  });
  if (!way) return again('method', texts.errors.choose);
  const field = fieldOf(way);
  if ((way === 'sms' || way === 'voice') && fields.optional('phone_number') === undefined) {
    return again('phone', texts.errors.missing);
  }
  try {
    const { type, association } = await associationOf(visit, way, door.user);
    const { transactionId, access } = door;
    const started = await startEnrollment(mfa, {
      transactionId,
      access,
      info: infoOf(request),
      association,
    });
    await remember(visit, {
      enrolling: enrolling(visit, { way, type, association, started }),
      recovery: recoveryOf(visit, started.recoveryCode),
    });
    return { to: door.path };
  } catch (error) {
    if (!(error instanceof OAuthError) || isOver(error)) throw error;
    return again(field, explain(texts, error), error.status);
  }
}

/** It comes with the first enrollment of a login, and stays when the visitor chooses again. */
const recoveryOf = (visit: Visit, code: string | undefined): string | undefined =>
  code === undefined ? pageStateOf(visit.state).recovery : sealed(visit, 'recovery', code);

const fieldOf = (way: Way) => (way === 'otp' ? 'method' : way === 'email' ? 'email' : 'phone');

/** There is nothing to try again with. */
const isOver = ({ message }: OAuthError): boolean =>
  message === errors.invalidBearer().message || message === errors.alreadyEnrolled().message;

interface Chosen {
  readonly type: AuthenticatorType;
  readonly association: Association;
}

async function associationOf({ mfa, fields }: Visit, way: Way, user: User): Promise<Chosen> {
  const name = way === 'otp' ? 'otp' : 'oob';
  const type = mfa.types.find((it) => it.name === name);
  const typed = new Map<string, unknown>([['authenticator_types', [name]]]);
  if (way !== 'otp') typed.set('oob_channels', [way]);
  if (way === 'email') typed.set('email', fields.optional('email'));
  else if (way !== 'otp') typed.set('phone_number', fields.optional('phone_number'));
  const association = await type?.associate?.(mfa, new Params(typed), async () => user);
  if (!type || !association) throw errors.factorDisabled();
  return { type, association };
}

const APP_DIGITS = 6;

function enrolling(
  visit: Visit,
  {
    way,
    type,
    association,
    started,
  }: Chosen & {
    readonly way: Way;
    readonly started: Awaited<ReturnType<typeof startEnrollment>>;
  },
) {
  const { authenticator, handle, user } = started;
  const setup = association.answer(user.email ?? user.name ?? user.id);
  const typed = ['method', 'phone_number', 'email'].map((it) => [it, visit.fields.optional(it)]);
  return {
    authenticatorId: authenticator.id,
    type: type.name,
    way,
    name: authenticator.name,
    digits: association.delivery?.digits ?? APP_DIGITS,
    handle,
    typed: sealed(visit, 'typed', JSON.stringify(typed)),
    ...(way === 'otp' && { setup: sealed(visit, 'setup', JSON.stringify(setup)) }),
  };
}
