#!/usr/bin/env node
require('./start').start({ face: 'docker-machine' });
