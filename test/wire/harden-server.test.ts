import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import { hardenServer, type ServerLimits, serverOptions } from 'express-mfa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { client, testApp } from '../support/app.js';

const SHORT: Partial<ServerLimits> = {
  headersTimeout: 300,
  requestTimeout: 700,
  connectionsCheckingInterval: 50,
};

async function listening(server: Server): Promise<number> {
  if (!server.listening) server.listen(0, '127.0.0.1');
  if (!server.address()) await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Sends the head at once and then a byte every 50 ms, until the server closes. */
async function drip(port: number, head: string) {
  const start = performance.now();
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (data) => (received += data)).on('error', () => undefined);
  socket.write(head);
  const dripping = setInterval(() => socket.write('a'), 50);
  await once(socket, 'close');
  clearInterval(dripping);
  return { received, took: performance.now() - start };
}

/** A host's own route, that reads its body as slowly as it comes. */
const host = () =>
  express().post('/upload', (request, response) => {
    request.resume().on('end', () => response.end());
  });

describe('D33, F-11: a server that was hardened', () => {
  test('F-11: closes with 408 a connection whose headers drip in', async () => {
    const port = await listening(hardenServer(host().listen(0, '127.0.0.1'), SHORT));
    const { received, took } = await drip(port, 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expect(received).toMatch(/^HTTP\/1\.1 408 /);
    expect(took).toBeGreaterThan(290);
    expect(took).toBeLessThan(1500);
  });

  test('F-11: closes with 408 a connection whose body drips in, and 50 of them at once', async () => {
    const port = await listening(hardenServer(createServer(host()), SHORT));
    const head = 'POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n';
    const all = await Promise.all(Array.from({ length: 50 }, () => drip(port, head)));
    for (const { received, took } of all) {
      expect(received).toMatch(/^HTTP\/1\.1 408 /);
      expect(took).toBeGreaterThan(690);
      expect(took).toBeLessThan(3000);
    }
  });

  test('D33: takes 16 KB of headers and no more, and nobody else notices', async () => {
    const { app } = await testApp();
    const port = await listening(hardenServer(createServer(app)));
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { x: 'a'.repeat(17_000) } });
    expect(answer.status).toBe(431);
    await client(`http://127.0.0.1:${port}`).login().expect(403);
  });

  test('D33: has 10 and 15 seconds, checked each second, also as options of a new server', () => {
    const limits = {
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: 16_384,
    };
    expect(serverOptions).toEqual(limits);
    expect(hardenServer(createServer())).toMatchObject(limits);
    expect(createServer(serverOptions)).toMatchObject(limits);
  });

  test.each([undefined, null, {}, express()])('is no %j', (server) => {
    expect(() => hardenServer(server as never)).toThrow(
      expect.objectContaining({ code: 'ERR_MFA_SERVER' }),
    );
  });
});
