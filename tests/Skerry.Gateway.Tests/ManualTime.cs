namespace Skerry.Gateway.Tests;

/// <summary>A clock that a test moves by hand. Its frequency is an odd one, so that who takes ticks for something else is found out. Its timers never fire.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _ticks = 1_000_003;

    public override long TimestampFrequency => 3_333_333;

    public override long GetTimestamp() => _ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Never();

    public void Advance(TimeSpan time) => _ticks += (long)(time.TotalSeconds * TimestampFrequency);

    private sealed class Never : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
