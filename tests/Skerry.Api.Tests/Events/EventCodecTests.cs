using System.Text;

using FsCheck;
using FsCheck.Fluent;

using Skerry.Api.Events;
using Skerry.Catalog;

namespace Skerry.Api.Tests.Events;

public sealed class EventCodecTests
{
    private static readonly UserEvent Deploy = new()
    {
        Id = "b54fe110-7af5-cafc-d1fb-afc8ba432b1c",
        Name = "deploy \u00e9",
        Payload = new byte[] { 1, 0, 255 },
        NodeFilter = "^n",
        ServiceFilter = "web",
        TagFilter = "v\\d",
    };

    [Fact]
    public void An_event_is_read_as_it_was_written()
    {
        Assert.True(EventCodec.TryDecode(EventCodec.Encode(Deploy), 7, out var read));
        Assert.Equal(Deploy with { Payload = default, LTime = 7 }, read with { Payload = default });
        Assert.Equal(Deploy.Payload.ToArray(), read.Payload.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"n":"a"}""")]
    [InlineData("""{"i":"b54fe110-7af5-cafc-d1fb-afc8ba432b1c"}""")]
    [InlineData("""{"i":"no","n":"a"}""")]
    [InlineData("""{"i":"b54fe110-7af5-cafc-d1fb-afc8ba432b1c","n":7}""")]
    [InlineData("""{"i":"b54fe110-7af5-cafc-d1fb-afc8ba432b1c","n":"a","p":"*"}""")]
    [InlineData("""{"i":"b54fe110-7af5-cafc-d1fb-afc8ba432b1c","n":"\ud800"}""")]
    [InlineData("""{"i":"b54fe110-7af5-cafc-d1fb-afc8ba432b1c","n":"a","n":"b"}""")]
    public void Nonsense_is_no_event(string text) => Assert.False(EventCodec.TryDecode(Encoding.UTF8.GetBytes(text), 1, out _));

    [Fact]
    public void Any_bytes_are_an_event_or_none() => Prop.ForAll<byte[], int>((noise, at) =>
    {
        var bytes = EventCodec.Encode(Deploy);
        foreach (var (index, value) in noise.Index()) bytes[(Math.Abs(at % bytes.Length) + (index * 7)) % bytes.Length] = value;
        return EventCodec.TryDecode(bytes, 1, out var read) == read is not null && EventCodec.TryDecode(noise, 1, out read) == read is not null;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_index_is_one_half_of_the_id_over_the_other() => Assert.Equal(0xb54fe1107af5cafcUL ^ 0xd1fbafc8ba432b1cUL, Deploy.Index);

    [Theory]
    [InlineData("", "", "", true)]
    [InlineData("^node-\\d$", "", "", true)]
    [InlineData("^node$", "", "", false)]
    [InlineData("", "^we", "", true)]
    [InlineData("", "db", "", false)]
    [InlineData("", "web", "^v1$", true)]
    [InlineData("", "web", "^v$", false)]
    [InlineData("(", "", "", false)]
    [InlineData("", "[", "", false)]
    [InlineData("", "web", "*", false)]
    public void An_event_is_for_the_nodes_that_its_expressions_match(string nodes, string services, string tags, bool expected) => Assert.Equal(
        expected,
        EventFilter.Passes(
            Deploy with { NodeFilter = nodes, ServiceFilter = services, TagFilter = tags },
            "node-1",
            [new ServiceInstance { Id = "w", Name = "web", Node = "node-1", Tags = ["v1", "x"] }]));
}
