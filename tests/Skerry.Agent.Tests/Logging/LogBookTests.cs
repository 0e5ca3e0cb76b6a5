using System.Text.Json.Nodes;

using Microsoft.Extensions.Logging;

using Skerry.Agent.Logging;

namespace Skerry.Agent.Tests.Logging;

public sealed class LogBookTests : IDisposable
{
    private readonly StringWriter _output = new() { NewLine = "\n" };

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task A_line_has_time_level_part_and_message()
    {
        await using (var book = Book(LogThreshold.Info)) book.CreateLogger("Skerry.Gossip.Driver.Loop").LogWarning("Member {Node} failed", "a");
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning gossip      Member a failed\n$", _output.ToString());
    }

    [Fact]
    public async Task A_JSON_line_has_the_fields_too()
    {
        await using (var book = Book(LogThreshold.Info, LogFormat.Json)) book.CreateLogger("Skerry.Catalog").Log(LogLevel.Error, new EventId(7, "Refused"), "Service {ServiceId} broke", "we\"b");
        var line = JsonNode.Parse(_output.ToString())!;
        Assert.Equal(("error", "catalog", "Refused", "Service we\"b broke", "we\"b"),
            ((string?)line["level"], (string?)line["part"], (string?)line["event"], (string?)line["message"], (string?)line["serviceId"]));
        Assert.True(DateTimeOffset.TryParse((string?)line["time"], out _));
    }

    [Fact]
    public async Task Control_characters_of_strangers_stay_on_one_line_and_off_the_terminal()
    {
        await using (var book = Book(LogThreshold.Info)) book.CreateLogger("Skerry.Gossip").LogInformation("from {Node}", "a\nfake line\e[31m\u009b");
        Assert.Single(_output.ToString().TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain('\e', _output.ToString());
        Assert.DoesNotContain('\u009b', _output.ToString());
    }

    [Fact]
    public async Task Only_what_is_important_enough_is_written_and_the_level_may_change()
    {
        await using (var book = Book(LogThreshold.Warning))
        {
            var logger = book.CreateLogger("Skerry.Gossip");
            logger.LogInformation("not written");
            book.Change(LogThreshold.Debug, LogFormat.Text);
            logger.LogDebug("written");
            book.CreateLogger("Microsoft.AspNetCore.Hosting").LogInformation("the framework's small talk");
        }

        Assert.Contains("written", Assert.Single(_output.ToString().TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watcher_sees_what_the_output_does_not()
    {
        await using var book = Book(LogThreshold.Error);
        using var watching = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var lines = book.WatchAsync(LogThreshold.Debug, watching.Token);
        var logger = book.CreateLogger("Skerry.Gossip");
        Assert.True(logger.IsEnabled(LogLevel.Debug));
        logger.LogDebug("seen");
        await foreach (var line in lines)
        {
            Assert.Equal("seen", line.Message);
            break;
        }

        Assert.False(logger.IsEnabled(LogLevel.Debug));
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task An_output_that_takes_nothing_costs_lines_and_not_time()
    {
        using var stuck = new StuckWriter();
        await using var book = new LogBook(stuck, colours: false, LogThreshold.Info, LogFormat.Text, TimeProvider.System);
        var logger = book.CreateLogger("Skerry.Gossip");
        for (var i = 0; i < 20_000; i++) logger.LogInformation("line");
        Assert.True(book.Dropped > 10_000);
        stuck.Release();
    }

    private LogBook Book(LogThreshold threshold, LogFormat format = LogFormat.Text) => new(_output, colours: false, threshold, format, TimeProvider.System);

    private sealed class StuckWriter : StringWriter
    {
        private readonly TaskCompletionSource _released = new();

        public void Release() => _released.SetResult();

        public override Task WriteLineAsync(string? value) => _released.Task;
    }
}
