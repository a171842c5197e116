// Live handles and thread counts belong to the process: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
