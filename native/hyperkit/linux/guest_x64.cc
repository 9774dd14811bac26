#if defined(__x86_64__)

// Started in 32-bit protected mode without paging, as a multiboot loader starts a kernel, at 0x100000 (guest.h). No
// relocation is left in it, so its bytes are the same wherever they lie in this process.
asm(R"(
  .pushsection .rodata.hvkit_guest, "a", @progbits
  .globl hvkit_guest
  .hidden hvkit_guest
  .globl hvkit_guest_end
  .hidden hvkit_guest_end
  .balign 16
  .set pml4, 0x101000
  .set pdpt, 0x102000
  .set pd, 0x103000

  .code32
hvkit_guest:
  movb $'P', %al
  outb %al, $0xe9

  # The first 2 MiB at their own addresses, by one large page: present, writable.
  movl $(pdpt + 3), pml4
  movl $(pd + 3), pdpt
  movl $0x83, pd

  lgdt gdt_pointer + 0x100000 - hvkit_guest
  movl $pml4, %eax
  movl %eax, %cr3
  movl %cr4, %eax
  orl $0x20, %eax               # PAE
  movl %eax, %cr4
  movl $0xc0000080, %ecx        # EFER
  rdmsr
  orl $0x100, %eax              # LME
  wrmsr
  movl %cr0, %eax
  orl $0x80000000, %eax         # PG
  movl %eax, %cr0
  ljmp $8, $(long_mode + 0x100000 - hvkit_guest)

  .code64
long_mode:
  xorl %eax, %eax
  movl %eax, %ds
  movl %eax, %es
  movl %eax, %ss
  movb $'L', %al
  outb %al, $0xe9

  # What a Debian kernel does early, and what an emulator inside KVM may not know.
  movl $(cell + 0x100000 - hvkit_guest), %edi
  movabsq $0x1122334455667788, %rax
  movabsq $0x99aabbccddeeff00, %rdx
  movabsq $0x0123456789abcdef, %rbx
  movabsq $0xfedcba9876543210, %rcx
  lock cmpxchg16b (%rdi)
  jne wrong
  cmpq %rbx, (%rdi)
  jne wrong
  cmpq %rcx, 8(%rdi)
  jne wrong
  movb $'C', %al
  outb %al, $0xe9

  movl $4000000, %ecx           # kGuestRounds
  movb $'S', %al
  outb %al, $0xe9
count:
  decl %ecx
  jnz count
  movb $'E', %al
  outb %al, $0xe9
stop:
  hlt
  jmp stop
wrong:
  movb $'!', %al
  outb %al, $0xe9
  jmp stop

  .balign 16
cell:
  .quad 0x1122334455667788
  .quad 0x99aabbccddeeff00
gdt:
  .quad 0
  .quad 0x00af9b000000ffff      # 64-bit code
gdt_pointer:
  .word 15
  .long gdt + 0x100000 - hvkit_guest
  .balign 16
hvkit_guest_end:
  .popsection
  .code64
)");

#endif
