global using Shouldly;
global using Xunit;

// az and the servers want both cores for themselves: side by side, every time limit would have to be twice as long.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
