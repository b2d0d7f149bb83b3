using Xunit;

// Machines do real work on disks: more than two at a time only wait for one another.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
