using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Skerry.Raft.Tests.Driver;

/// <summary>Waits for conditions that other threads bring about.</summary>
public static class Eventually
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Returns when the condition holds; after 30 s fails with it and with what the state was.</summary>
    public static async Task HoldsAsync(Func<bool> condition, Func<string>? state = null, [CallerArgumentExpression(nameof(condition))] string? text = null)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Limit) Assert.Fail($"Did not come within {Limit.TotalSeconds} s: {text}. {state?.Invoke()}");
            await Task.Delay(5); // the pause of a poll
        }
    }
}
