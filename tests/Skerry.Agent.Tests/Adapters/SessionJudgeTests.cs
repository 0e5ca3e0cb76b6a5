using Skerry.Agent.Adapters;
using Skerry.Catalog;
using Skerry.Manifest;

namespace Skerry.Agent.Tests.Adapters;

/// <summary>Which sessions end with what the catalog says.</summary>
public sealed class SessionJudgeTests
{
    private static readonly TimeSpan Later = SessionJudge.Settling;

    private readonly SessionJudge _judge = new();
    private readonly Dictionary<string, Dictionary<string, CheckStatus>> _nodes = new()
    {
        ["a"] = new() { ["serfHealth"] = CheckStatus.Passing, ["web"] = CheckStatus.Warning },
    };

    [Fact]
    public void A_session_lives_while_its_node_and_its_checks_do()
    {
        var session = Session(["serfHealth"], ["web"]);
        Assert.Equal("", Judge(session, TimeSpan.Zero));
        Assert.Equal("", Judge(session, Later));
        Assert.Equal("", Judge(session, TimeSpan.FromDays(1)));
    }

    [Theory]
    [InlineData("serfHealth")]
    [InlineData("web")]
    public void A_critical_check_ends_it_at_once(string check)
    {
        var session = Session(["serfHealth"], ["web"]);
        Judge(session, TimeSpan.Zero);
        Assert.Equal("", Judge(session, Later));
        _nodes["a"][check] = CheckStatus.Critical;
        Assert.Equal($"check {check} of node a is critical", Judge(session, Later));
    }

    [Fact]
    public void Checks_that_it_does_not_name_are_nothing_to_it()
    {
        var session = Session([], []);
        _nodes["a"]["serfHealth"] = CheckStatus.Critical;
        Judge(session, TimeSpan.Zero);
        Assert.Equal("", Judge(session, Later));
        _nodes.Remove("a");
        Assert.Equal("node a is gone", Judge(session, Later));
    }

    [Fact]
    public void What_was_there_and_goes_ends_it_at_once()
    {
        var session = Session(["serfHealth"], ["web"]);
        Judge(session, TimeSpan.Zero);
        Judge(session, Later);
        _nodes["a"].Remove("web");
        Assert.Equal("check web of node a is gone", Judge(session, Later));
    }

    [Fact]
    public void What_has_not_come_yet_is_waited_for()
    {
        var session = Session(["serfHealth"], ["new"]);
        Assert.Equal(Later, _judge.Judge([session], Of, TimeSpan.Zero).Next);
        var (ended, next) = _judge.Judge([session], Of, Later);
        Assert.Empty(ended);
        Assert.Equal(SessionJudge.Absence, next);
        _nodes["a"]["new"] = CheckStatus.Passing;
        Assert.Equal("", Judge(session, SessionJudge.Absence));

        var other = Session(["serfHealth"], ["never"], "other");
        Judge(other, TimeSpan.Zero);
        Assert.Equal("", Judge(other, SessionJudge.Absence - TimeSpan.FromTicks(1)));
        Assert.Equal("check never of node a is gone", Judge(other, SessionJudge.Absence));
    }

    [Fact]
    public void A_session_that_is_new_here_is_left_alone_for_a_moment()
    {
        // Its node came back a moment ago, and here it is still thought to have failed.
        var session = Session(["serfHealth"], []);
        _nodes["a"]["serfHealth"] = CheckStatus.Critical;
        Assert.Equal("", Judge(session, TimeSpan.Zero));
        _nodes["a"]["serfHealth"] = CheckStatus.Passing;
        Assert.Equal("", Judge(session, Later));
        // Who leads anew begins anew.
        _judge.Forget();
        _nodes["a"]["serfHealth"] = CheckStatus.Critical;
        Assert.Equal("", Judge(session, Later));
        Assert.Equal("check serfHealth of node a is critical", Judge(session, Later + Later));
    }

    private static ManifestSession Session(string[] checks, string[] serviceChecks, string id = "s") => new() { Id = id, Node = "a", Checks = checks, ServiceChecks = serviceChecks };

    private Dictionary<string, CheckStatus>? Of(string node) => _nodes.GetValueOrDefault(node);

    private string Judge(ManifestSession session, TimeSpan now) => string.Join(", ", _judge.Judge([session], Of, now).Ended.Select(pair => pair.Reason));
}
