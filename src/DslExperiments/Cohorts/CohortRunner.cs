using System.Runtime.ExceptionServices;
using DslExperiments.Planning;
using TorchSharp;

namespace DslExperiments.Cohorts;

/// <summary>
/// Trains cohorts side by side, each on one thread with one libtorch thread, so that no sum is split differently on
/// another number of cores: results are the same bits for every number of workers. The longest start first.
/// </summary>
public static class CohortRunner
{
    /// <summary>Trains all cohorts and returns when none is left.</summary>
    /// <param name="cohorts">The cohorts.</param>
    /// <param name="train">Trains one cohort to its end.</param>
    /// <param name="workers">Cohorts at a time, at least 1.</param>
    /// <param name="cancellation">Once cancelled, no further cohort starts; those under way pause through their session.</param>
    /// <exception cref="TrainingInterruptedException">Some cohort was paused or not started.</exception>
    public static void Run(IReadOnlyList<Cohort> cohorts, Action<Cohort> train, int workers, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        KeptMemory.Keep();
        Cohort[] inOrder = [.. CohortTime.LongestFirst(cohorts, static cohort => cohort.Plan)];
        int next = -1;
        var gate = new Lock();
        Exception? failure = null;
        bool paused = false;
        var threads = new Thread[Math.Min(workers, cohorts.Count)];
        for (int worker = 0; worker < threads.Length; worker++)
        {
            threads[worker] = new Thread(Work) { IsBackground = true, Name = $"cohorts {worker}" };
            threads[worker].Start();
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }

        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        if (paused)
        {
            throw new TrainingInterruptedException();
        }

        void Work()
        {
            // libtorch keeps the number per thread.
            torch.set_num_threads(1);
            while (Interlocked.Increment(ref next) is var index && index < inOrder.Length)
            {
                lock (gate)
                {
                    if (cancellation.IsCancellationRequested || failure is not null)
                    {
                        paused = true;
                        return;
                    }
                }

                try
                {
                    train(inOrder[index]);
                }
                catch (TrainingInterruptedException)
                {
                    lock (gate)
                    {
                        paused = true;
                    }
                }
                catch (Exception exception)
                {
                    lock (gate)
                    {
                        failure ??= exception;
                    }
                }
            }
        }
    }
}
