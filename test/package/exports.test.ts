import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const url = (path: string) => new URL(`../../${path}`, import.meta.url);
const manifest = JSON.parse(readFileSync(url('package.json'), 'utf8')) as {
  exports: Record<string, string | { types: string; default: string }>;
};

/** Every name that a host can import. A change here is a change of the public interface: changelog and version. */
const names: Readonly<Record<string, readonly string[]>> = {
  '.': [
    'OAuthError',
    'SenderError',
    'authorizeRouter',
    'createMfa',
    'discoveryRouter',
    'email',
    'generateKeys',
    'hardenServer',
    'importAuthenticators',
    'mfaRouter',
    'oauthRouter',
    'oob',
    'otp',
    'recoveryCode',
    'requireMfa',
    'rewrap',
    'serverOptions',
    'sms',
    'tooManyAttempts',
    'voice',
  ],
  './adapters/memory': ['memoryStores'],
  './adapters/combine': ['combineStores'],
  './adapters/postgres': ['migratePostgres', 'postgresStores'],
  './adapters/redis': ['redisStores'],
  './adapters/senders': ['consoleSender', 'outboxSender', 'webhookSender'],
  './adapters/sqlite': ['migrateSqlite', 'sqliteStores'],
  './opentelemetry': ['mfaMetrics'],
  './oidc-provider': ['finishInteraction'],
  './pages': ['formToken', 'pagesRouter', 'requireFormToken', 'sameOriginOnly'],
  './passport': ['AccessTokenStrategy', 'MfaStrategy', 'mfaLogin', 'mfaStrategies'],
  './testing': ['storeContract', 'testClock', 'testOutbox'],
};

describe('the public names', () => {
  test('stand behind the listed paths and no others', () => {
    const paths = Object.keys(manifest.exports).filter((path) => path !== './package.json');
    expect(paths.sort()).toEqual(Object.keys(names).sort());
  });

  test.each(Object.entries(names))('of %s', async (path, expected) => {
    const module = (await import(`express-mfa${path.slice(1)}`)) as Record<string, unknown>;
    expect(Object.keys(module).sort()).toEqual([...expected].sort());
  });

  test.each(Object.entries(manifest.exports))('%s has a source', (_path, target) => {
    if (typeof target === 'string') return expect(existsSync(url(target))).toBe(true);
    const source = target.default.replace('./dist/', 'lib/').replace(/\.js$/, '.ts');
    expect(existsSync(url(source))).toBe(true);
    expect(target.types).toBe(target.default.replace(/\.js$/, '.d.ts'));
  });
});
