import { kvmSuite } from './kvm-suite';

kvmSuite('user', ['leases']);
