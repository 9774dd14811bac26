import { proxyFor } from '../../../src/images/http/proxy';

const PROXY = 'http://proxy:3128';

function isDirect(url: string, env: NodeJS.ProcessEnv): boolean {
  return proxyFor(new URL(url), env) === undefined;
}

test.each<[string, NodeJS.ProcessEnv, string | undefined]>([
  ['http://host/', {}, undefined],
  ['http://host/', { http_proxy: PROXY }, `${PROXY}/`],
  ['https://host/', { http_proxy: PROXY }, undefined],
  ['https://host/', { HTTPS_PROXY: 'proxy:3128' }, `${PROXY}/`],
  ['https://host/', { https_proxy: '', ALL_PROXY: PROXY }, `${PROXY}/`],
  ['https://host/', { https_proxy: 'https://a:b@proxy', all_proxy: PROXY }, 'https://a:b@proxy/'],
])('%s with %j goes through %s', (url, env, proxy) => {
  expect(proxyFor(new URL(url), env)?.href).toBe(proxy);
});

test.each([
  ['*', 'http://host/'],
  ['host', 'http://host/'],
  ['a, HOST. b', 'http://host/'],
  ['example.org', 'https://cloud.example.org/'],
  ['.example.org', 'https://cloud.example.org/'],
  ['*.example.org', 'https://cloud.example.org/'],
  ['host:443', 'https://host/'],
  ['host:8080', 'http://host:8080/'],
  ['127.0.0.1', 'http://127.0.0.1:8000/'],
  ['10.0.0.0/8', 'http://10.20.30.40/'],
  ['::1', 'http://[::1]:80/'],
  ['[::1]', 'http://[::1]/'],
  ['fd00::/8', 'http://[fd12::1]/'],
])('no_proxy=%s leaves %s alone', (list, url) => {
  expect(isDirect(url, { all_proxy: PROXY, no_proxy: list })).toBe(true);
});

test.each([
  ['', 'http://host/'],
  [' , ', 'http://host/'],
  ['.', 'http://host/'],
  ['ost', 'http://host/'],
  ['example.org', 'http://badexample.org/'],
  ['example.org', 'http://example.org.evil/'],
  ['host:80', 'http://host:8080/'],
  ['10.0.0.0/8', 'http://11.0.0.1/'],
  ['10.0.0.0/99', 'http://10.0.0.1/'],
  ['10.0.0.0/8', 'http://host/'],
  ['10.0.0.0/8', 'http://[::1]/'],
  ['/8', 'http://10.0.0.1/'],
])('no_proxy=%j does not leave %s alone', (list, url) => {
  expect(isDirect(url, { all_proxy: PROXY, NO_PROXY: list })).toBe(false);
});

test.each(['socks5://proxy:1', 'ftp://proxy', '://', 'http://'])('a proxy %s is refused', (value) => {
  expect(() => proxyFor(new URL('http://host/'), { http_proxy: value })).toThrow('$http_proxy');
});
