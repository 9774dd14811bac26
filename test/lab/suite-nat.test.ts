import { kvmSuite } from './kvm-suite';

kvmSuite('nat', ['publish']);
