#!/usr/bin/env node
require('./start').start({ face: 'hvkit' });
