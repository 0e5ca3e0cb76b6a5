using FsCheck;
using FsCheck.Fluent;

using Skerry.Agent.Configuration.Schema;

namespace Skerry.Agent.Tests.Configuration;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("1m30s", 90_000)]
    [InlineData("24h", 86_400_000)]
    [InlineData("1d", 86_400_000)]
    public void Durations_are_read_as_people_write_them(string text, double milliseconds)
    {
        Assert.True(DurationText.TryParse(text, out var value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1s1m")]
    [InlineData("1s1s")]
    [InlineData("1 s")]
    [InlineData("1,5s")]
    [InlineData("1..5s")]
    [InlineData("999999999999h")]
    [InlineData("367d")]
    public void Anything_else_is_refused(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Fact]
    public void What_is_written_is_read_back() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), milliseconds =>
            DurationText.TryParse(DurationText.Format(TimeSpan.FromMilliseconds(milliseconds)), out var back) && back.TotalMilliseconds == milliseconds)
            .Check(Config.QuickThrowOnFailure);
}
