using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Skerry.Manifest.Tests;

/// <summary>Waits for conditions that other threads bring about.</summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Returns when the condition holds; after 30 s fails with it and with what the state was.</summary>
    public static Task HoldsAsync(Func<bool> condition, Func<string>? state = null, [CallerArgumentExpression(nameof(condition))] string? text = null) =>
        HoldsAsync(() => Task.FromResult(condition()), state, text);

    /// <summary>Returns when the condition holds; after 30 s fails with it and with what the state was.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string>? state = null, [CallerArgumentExpression(nameof(condition))] string? text = null)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Limit) Assert.Fail($"Did not come within {Limit.TotalSeconds} s: {text}. {state?.Invoke()}");
            await Task.Delay(5); // the pause of a poll
        }
    }
}
