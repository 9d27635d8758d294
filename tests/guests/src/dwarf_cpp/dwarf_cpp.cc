// A core module with a template, a loop and line tables of DWARF 5.
namespace acme {
template <class T> struct Box {
  T value;

  __attribute__((noinline)) int open(int number) {
    int sum = 0;
    for (volatile int turn = 0; turn < number; turn++) sum += turn;
    if (number == 7) __builtin_trap();
    return sum + value;
  }
};
}  // namespace acme

static acme::Box<int> box{4};

extern "C" __attribute__((export_name("run"))) int run(int number) {
  return box.open(number) + 1;
}
