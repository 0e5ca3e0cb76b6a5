using Skerry.Primitives;
using Skerry.Simulation;

namespace Skerry.Lab.Nemesis;

/// <summary>One user at one node: one request after the other, at the objects of the day.</summary>
/// <param name="number">Its name in locks and histories, from 1.</param>
/// <param name="objects">Where its requests go.</param>
/// <param name="history">Where it writes down what it saw.</param>
internal sealed class HistoryClient(int number, IHistoryObjects objects, History history)
{
    /// <summary>Objects of a round: two registers, a lock, a set, and a lock that sessions hold.</summary>
    private const int Objects = 5;

    private const int SessionLock = 4;

    /// <summary>What each of the group's users thinks between two requests: some hundred requests a second in all, so that the search for an order stays short.</summary>
    private static readonly TimeSpan ThinkTime = TimeSpan.FromMilliseconds(15);

    /// <summary>After a request without an answer: each may have happened at any time since, and too many of those make any search endless.</summary>
    private static readonly TimeSpan Penalty = TimeSpan.FromMilliseconds(300);

    private readonly Prng _random = new((ulong)number);

    /// <summary>The round, which has objects of its own.</summary>
    public required Func<int> Round { get; init; }

    /// <summary>Whether an operation is on a lock that sessions hold.</summary>
    public static bool IsOfSession(Operation operation) => operation.Key % Objects == SessionLock;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var isAnswered = await history.DoAsync(number, Draw(Round() * Objects), objects.DoAsync);
            await Task.Delay(isAnswered ? ThinkTime : Penalty, CancellationToken.None); // as users do
        }
    }

    private Operation Draw(int first) => _random.Next(objects.HasSessions ? Objects : SessionLock) switch
    {
        SessionLock => _random.Next(3) switch
        {
            0 => new Operation(first + SessionLock, OperationKind.Take, number),
            1 => new Operation(first + SessionLock, OperationKind.Release, number),
            _ => new Operation(first + SessionLock, OperationKind.Holder),
        },
        2 => _random.Next(3) switch
        {
            0 => new Operation(first + 2, OperationKind.Acquire, number),
            1 => new Operation(first + 2, OperationKind.Release, number),
            _ => new Operation(first + 2, OperationKind.Holder),
        },
        3 => _random.Next(4) switch
        {
            0 => new Operation(first + 3, OperationKind.Elements),
            1 => new Operation(first + 3, OperationKind.Remove, _random.Next(63)),
            _ => new Operation(first + 3, OperationKind.Add, _random.Next(63)),
        },
        var register => _random.Next(3) switch
        {
            0 => new Operation(first + register, OperationKind.Write, 1 + _random.Next(5)),
            1 => new Operation(first + register, OperationKind.CompareAndSwap, _random.Next(6), 1 + _random.Next(5)),
            _ => new Operation(first + register, OperationKind.Read),
        },
    };
}
