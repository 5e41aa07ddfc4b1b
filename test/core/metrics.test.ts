// Metrics, read with the real SDK of OpenTelemetry.
import {
  AggregationTemporality,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import type { MfaEvent } from 'express-mfa';
import { mfaMetrics } from 'express-mfa/opentelemetry';
import { describe, expect, onTestFinished, test } from 'vitest';
import { client, enrollPhone, PHONE, testApp } from '../support/app.js';
import { challenged, mfaToken, wrongCode } from '../support/attack.js';

interface Point {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number | Histogram;
}

function metered() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  onTestFinished(() => provider.shutdown());
  const points = async (): Promise<Point[]> => {
    exporter.reset();
    await provider.forceFlush();
    return exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ metrics }) => metrics)
      .flatMap(({ descriptor: { name }, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => ({ name, attributes, value }) as Point),
      );
  };
  const onEvent = mfaMetrics(provider.getMeter('express-mfa'));
  return { onEvent, points };
}

/** `name attribute=value` → value. */
async function counts(points: () => Promise<Point[]>): Promise<Record<string, unknown>> {
  const lines = (await points()).map(({ name, attributes, value }) => {
    const labels = Object.entries(attributes).map(([key, it]) => `${key.slice(4)}=${String(it)}`);
    const count = typeof value === 'number' ? value : value.count;
    return [[name, ...labels.toSorted()].join(' '), count];
  });
  return Object.fromEntries(lines);
}

const happened = (event: MfaEvent['event'], members: Partial<MfaEvent>): MfaEvent => ({
  event,
  at: 0,
  outcome: 'ok',
  process: 'p',
  ...members,
});

describe('the metrics', () => {
  test('count messages, verifications, refusals and locks, and measure the time to verify', async () => {
    const { onEvent, points } = metered();
    const t = await testApp({ onEvent });
    const c = client(t.app);
    await enrollPhone(t, { phone: '+14155552671' });
    t.clock.advance(600);
    const { token, oobCode, code } = await challenged(t);
    for (let i = 1; i <= 4; i++) await c.oob(token, oobCode, wrongCode(code, i)).expect(403);
    t.clock.advance(20);
    await c.oob(token, oobCode, code).expect(200);
    t.clock.advance(600);
    t.sendWith = async () => {
      throw new Error('gateway');
    };
    await c.challenge({ mfa_token: await mfaToken(t) }).expect(502);
    t.sendWith = undefined;
    const last = await challenged(t);
    for (let i = 1; i <= 5; i++) await c.oob(last.token, last.oobCode, wrongCode(last.code, i));

    const found = await counts(points);
    const of = (name: string) =>
      Object.entries(found)
        .filter(([line]) => line.split(' ')[0] === name)
        .reduce((sum, [, value]) => sum + (value as number), 0);
    expect(of('mfa.messages.sent')).toBe(4);
    expect(of('mfa.messages.delivered')).toBe(3);
    expect(of('mfa.messages.converted')).toBe(2);
    expect(found).toMatchObject({
      'mfa.messages.delivered channel=sms country=US': 3,
      'mfa.messages.converted channel=sms country=US': 2,
      'mfa.verified channel=sms kind=oob': 2,
      'mfa.refused kind=oob reason=wrong result=wrong': 9,
      'mfa.locks kind=oob result=mfa.lock.started': 1,
      'mfa.verification.time channel=sms kind=oob': 2,
    });
    const time = (await points()).find(({ name }) => name === 'mfa.verification.time');
    expect(time?.value).toMatchObject({ sum: 20, count: 2 } satisfies Partial<Histogram>);
  });

  test('R-140: no attribute names a user, client, authenticator, number or token', async () => {
    const { onEvent, points } = metered();
    const t = await testApp({ onEvent });
    await enrollPhone(t);
    t.clock.advance(600);
    const { token, oobCode, code } = await challenged(t);
    await client(t.app).oob(token, oobCode, wrongCode(code)).expect(403);
    const text = JSON.stringify(await points());
    for (const it of ['u1', 'spa', 'dev_', token, oobCode, PHONE.slice(-4), 'XXXX', 'flow']) {
      expect(text).not.toContain(it);
    }
  });

  test('have as many series as there are words, whatever an event brings', async () => {
    const { onEvent, points } = metered();
    for (let i = 0; i < 1000; i++) {
      const members = { kind: `KIND ${i}`, channel: `+1555${i}`, country: `C${i}`, reason: `${i}` };
      onEvent(happened('mfa.verify.ok', { ...members, duration: i }));
      onEvent(happened('mfa.challenge.delivered', members));
      onEvent(happened('mfa.rate_limited', members));
    }
    const found = await points();
    expect(found.map(({ name }) => name).toSorted()).toEqual([
      'mfa.messages.converted',
      'mfa.messages.delivered',
      'mfa.messages.sent',
      'mfa.refused',
      'mfa.verification.time',
      'mfa.verified',
    ]);
  });
});
