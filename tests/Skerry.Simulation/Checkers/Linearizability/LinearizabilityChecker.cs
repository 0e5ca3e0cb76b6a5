namespace Skerry.Simulation;

/// <summary>
/// Decides whether calls that overlapped could have happened one after the other, each between its invocation and its answer (Herlihy and Wing, 1990): the
/// search of Wing and Gong (1993) with Lowe's memory of what was tried (2017), one object at a time, since linearizability is local.
/// </summary>
/// <param name="budget">Steps of the search for one object, after which its verdict is <see cref="Verdict.Unknown"/>; a million take about a second.</param>
internal sealed class LinearizabilityChecker(int budget = 2_000_000)
{
    private static readonly RegisterModel Register = new();
    private static readonly LockModel Lock = new();
    private static readonly SetModel Set = new();

    /// <summary>The model of the object that an operation is for.</summary>
    public static ISequentialModel ModelOf(OperationKind kind) => kind switch
    {
        OperationKind.Read or OperationKind.Write or OperationKind.CompareAndSwap => Register,
        OperationKind.Acquire or OperationKind.Take or OperationKind.Release or OperationKind.Holder => Lock,
        _ => Set,
    };

    /// <summary>Looks at a history, object by object.</summary>
    /// <param name="history">Calls in any order.</param>
    /// <param name="worst">The first object that is violated, else the first that is unknown; -1 when all are well.</param>
    public Verdict Check(IEnumerable<Call> history, out int worst)
    {
        worst = -1;
        var verdict = Verdict.Linearizable;
        foreach (var calls in history.GroupBy(call => call.Operation.Key).OrderBy(group => group.Key))
        {
            var found = CheckOne([.. calls]);
            if (found == Verdict.Linearizable || (found == Verdict.Unknown && verdict == Verdict.Unknown)) continue;
            (verdict, worst) = (found, calls.Key);
            if (found == Verdict.Violated) return found;
        }

        return verdict;
    }

    private Verdict CheckOne(Call[] calls)
    {
        var model = ModelOf(calls[0].Operation.Kind);
        var search = new LinearizabilitySearch(calls, model);
        return search.Run(budget);
    }
}
