using System.Diagnostics;
using System.Globalization;

using Skerry.Simulation;

namespace Skerry.Lab.Nemesis;

/// <summary>What clients did and saw, by one clock: all of them are in this process.</summary>
internal sealed class History
{
    private readonly Lock _gate = new();
    private readonly List<Call> _calls = [];
    private int _refused;

    public int Count
    {
        get { lock (_gate) return _calls.Count; }
    }

    /// <summary>Answers that the client got who got the fewest.</summary>
    public int Fewest
    {
        get { lock (_gate) return _calls.GroupBy(call => call.Client).Min(calls => calls.Count(call => call.Result is not null)); }
    }

    /// <summary>Calls that may have happened or not, and those that reached nobody.</summary>
    public (int Open, int Refused) Failures
    {
        get { lock (_gate) return (_calls.Count(call => call.Result is null), _refused); }
    }

    /// <summary>Has something done, and writes down what became of it.</summary>
    /// <returns>Whether it was answered.</returns>
    public async Task<bool> DoAsync(int client, Operation operation, Func<Operation, Task<long>> doAsync)
    {
        var invoked = Stopwatch.GetTimestamp();
        try
        {
            var result = await doAsync(operation);
            Add(new Call(client, operation, invoked, Stopwatch.GetTimestamp(), result));
            return true;
        }
        catch (CallFailure failure)
        {
            if (failure.WasSent && !operation.IsRead) Add(new Call(client, operation, invoked, long.MaxValue, null));
            else lock (_gate) _refused++;
            return false;
        }
    }

    /// <summary>Asserts that some order explains it all.</summary>
    public void AssertLinearizable()
    {
        var verdict = Check(out var worst);
        Assert.True(verdict == Verdict.Linearizable, $"{verdict}: object {worst}\n{Show(worst)}");
    }

    public Verdict Check(out int worst)
    {
        lock (_gate) return new LinearizabilityChecker(5_000_000).Check(_calls, out worst);
    }

    /// <summary>The calls of one object, in microseconds since its first.</summary>
    private string Show(int key)
    {
        lock (_gate)
        {
            var calls = _calls.Where(call => call.Operation.Key == key).OrderBy(call => call.Invoked).ToList();
            var first = calls.Count == 0 ? 0 : calls[0].Invoked;
            return string.Join('\n', calls.Select(call =>
                $"{Micros(call.Invoked),10} {(call.Returned == long.MaxValue ? "-" : Micros(call.Returned)),10}  {call.Client,3}  {call.Operation} = {call.Result?.ToString(CultureInfo.InvariantCulture) ?? "?"}"));

            string Micros(long at) => ((long)Stopwatch.GetElapsedTime(first, at).TotalMicroseconds).ToString(CultureInfo.InvariantCulture);
        }
    }

    private void Add(Call call)
    {
        lock (_gate) _calls.Add(call);
    }
}
