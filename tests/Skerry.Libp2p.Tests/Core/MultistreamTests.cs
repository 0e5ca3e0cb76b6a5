using Skerry.Libp2p.Core.Multistream;

namespace Skerry.Libp2p.Tests.Core;

/// <summary>Two sides agree on a protocol.</summary>
public sealed class MultistreamTests
{
    [Theory]
    [InlineData("/a", "/a", "/a")]
    [InlineData("/a /b /c", "/c /b", "/b")]
    [InlineData("/a /b", "/c", null)]
    public void The_first_that_both_speak_is_taken(string wanted, string spoken, string? agreed)
    {
        var dialler = MultistreamCore.Dialler(wanted.Split(' '));
        var listener = MultistreamCore.Listener(spoken.Split(' ').Contains);
        for (var i = 0; i < 10; i++)
        {
            while (dialler.TryTake(out var word)) listener.Receive(word);
            while (listener.TryTake(out var word)) dialler.Receive(word);
        }

        Assert.Equal(agreed, dialler.Selected);
        Assert.Equal(agreed, listener.Selected);
        Assert.Equal(agreed is null, dialler.Failure is not null);
    }

    [Fact]
    public void A_dialler_proposes_without_waiting_for_a_greeting()
    {
        var dialler = MultistreamCore.Dialler(["/a"]);
        Assert.True(dialler.TryTake(out var greeting) && dialler.TryTake(out var proposal) && (greeting, proposal) == ("/multistream/1.0.0", "/a"));
    }

    [Fact]
    public void Who_speaks_something_else_is_told_apart()
    {
        var listener = MultistreamCore.Listener(_ => true);
        listener.Receive("GET / HTTP/1.1");
        Assert.Contains("GET / HTTP/1.1", listener.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Endless_proposals_come_to_an_end()
    {
        var listener = MultistreamCore.Listener(_ => false);
        listener.Receive("/multistream/1.0.0");
        for (var i = 0; i < 40 && listener.Failure is null; i++) listener.Receive("/no");
        Assert.NotNull(listener.Failure);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_of_two_listeners_that_wait_for_each_other_takes_the_lead(bool hasHeardGreeting)
    {
        var tired = MultistreamCore.Listener(word => word is "/a" or "/b");
        var patient = MultistreamCore.Listener(word => word == "/b");
        while (hasHeardGreeting && patient.TryTake(out var greeting)) tired.Receive(greeting);
        Assert.False(tired.IsAsked);
        tired.TakeLead(["/a", "/b"]);
        for (var i = 0; i < 10; i++)
        {
            while (tired.TryTake(out var word)) patient.Receive(word);
            while (patient.TryTake(out var word)) tired.Receive(word);
        }

        Assert.True(tired.IsDialler);
        Assert.Equal("/b", tired.Selected);
        Assert.Equal("/b", patient.Selected);
    }
}
