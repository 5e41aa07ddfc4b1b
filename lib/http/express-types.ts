/** Express as the strategies see it: types, and nothing to be loaded. */
export type { NextFunction, Request, RequestHandler, Response } from 'express';
