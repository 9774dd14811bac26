#if defined(__aarch64__)

// Started at EL1 without paging, at 0x40000000 (guest.h). Nothing of it depends on where it lies.
asm(R"(
  .pushsection .rodata.hvkit_guest, "a", %progbits
  .globl hvkit_guest
  .hidden hvkit_guest
  .globl hvkit_guest_end
  .hidden hvkit_guest_end
  .balign 16
hvkit_guest:
  movz x1, #0x0900, lsl #16     // kGuestOutput
  mov w2, #'P'
  str w2, [x1]

  movz w0, #(4000000 & 0xffff)  // kGuestRounds
  movk w0, #(4000000 >> 16), lsl #16
  mov w2, #'S'
  str w2, [x1]
1:
  subs w0, w0, #1
  b.ne 1b
  mov w2, #'E'
  str w2, [x1]
2:
  wfi
  b 2b
  .balign 16
hvkit_guest_end:
  .popsection
)");

#endif
