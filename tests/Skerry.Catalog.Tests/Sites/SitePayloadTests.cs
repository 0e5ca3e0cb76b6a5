using System.Collections.Immutable;
using System.Text;

using FsCheck;
using FsCheck.Fluent;

using Skerry.Catalog.Sites;
using Skerry.Catalog.View;

using Record = Skerry.Replication.Record;

namespace Skerry.Catalog.Tests.Sites;

public sealed class SitePayloadTests
{
    [Fact]
    public void What_is_exported_of_a_node_comes_out_as_it_went_in() => Prop.ForAll(Gen.Choose(0, 60).ToArbitrary(), Gen.Choose(1, 6000).ToArbitrary(), (count, size) =>
    {
        var view = View(count, new string('x', size));
        var parts = Read(SitePayload.Of(view, "reef"));
        Assert.Equal(view.Node.Name, parts[0].Facts!.Name);
        Assert.Equal(0UL, parts[0].Facts!.ModifyIndex);
        Assert.Equal(view.Entries.Keys.Where(id => view.Entries[id].Service.Exported), parts.SelectMany(part => part.Instances).Select(instance => instance.Service.Id));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Facts_that_leave_no_room_lose_their_meta_before_the_node_is_left_out()
    {
        var meta = ImmutableSortedDictionary<string, string>.Empty.Add("novel", new string('x', Record.MaxPayload));
        var view = View(1, "x", meta);
        Assert.Empty(Assert.Single(Read(SitePayload.Of(view, "reef"))).Facts!.Meta);
    }

    [Fact]
    public void Bytes_that_are_spoilt_are_refused_or_read_and_never_break_the_reader()
    {
        byte[][] good = [SitePayload.Of(View(2, "text"), "reef")[0], SitePayload.Of(new BridgeFacts { Group = "reef", Tunnel = new TunnelFacts { Addresses = ["/ip4/10.0.0.1"] } })];
        var spoilt = from source in Gen.Elements(good)
                     from at in Gen.Choose(0, source.Length - 1)
                     from value in Gen.Choose(0, 255)
                     from length in Gen.Elements(source.Length, at + 1)
                     select source.Take(at).Append((byte)value).Concat(source.Skip(at + 1)).Take(length).ToArray();
        Prop.ForAll(spoilt.ToArbitrary(), bytes =>
        {
            _ = SitePayload.TryRead(bytes, new PartName("n", 0), out _);
            _ = SitePayload.TryRead(bytes, new PartName("n", 1), out _);
            _ = SitePayload.TryRead(bytes, out BridgeFacts? _);
            _ = SitePayload.TryRead(bytes, out GroupFacts? _);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Theory]
    [InlineData("n", "n", 0)]
    [InlineData("n/1", "n", 1)]
    [InlineData("n/2047", "n", 2047)]
    [InlineData("", null, 0)]
    [InlineData("/1", null, 0)]
    [InlineData("n/", null, 0)]
    [InlineData("n/0", null, 0)]
    [InlineData("n/01", null, 0)]
    [InlineData("n/+1", null, 0)]
    [InlineData("n/2048", null, 0)]
    [InlineData("n/1/2", null, 0)]
    [InlineData("n/99999999999", null, 0)]
    public void A_part_has_one_name(string text, string? node, int number)
    {
        Assert.Equal(node is not null, PartName.TryParse(text, out PartName name));
        if (node is not null) Assert.Equal((node, number, text), (name.Node, name.Number, name.ToString()));
    }

    private static NodeView View(int instances, string padding, ImmutableSortedDictionary<string, string>? meta = null)
    {
        var node = new CatalogNode { Name = "n", Id = "i", Address = "10.0.0.1", Group = "reef", Meta = meta ?? ImmutableSortedDictionary<string, string>.Empty, ModifyIndex = 7 };
        var health = new CheckState
        {
            Node = "n",
            Definition = new CheckDefinition { Id = NodeView.HealthCheckId, Name = "", Type = CheckType.Membership },
            Status = CheckStatus.Passing,
        };
        var entries = Enumerable.Range(0, instances)
            .Select(i => new ServiceInstance { Node = "n", Id = $"s-{i:000}", Name = "s", Tags = [padding], Exported = i % 5 != 4, ModifyIndex = (ulong)i })
            .ToImmutableSortedDictionary(service => service.Id, service => new ServiceEntry(node, service, [health], CheckStatus.Passing), StringComparer.Ordinal);
        return new NodeView { Node = node, Index = 7, Health = health, Checks = ImmutableSortedDictionary<string, CheckState>.Empty, Entries = entries };
    }

    private static NodePart[] Read(ImmutableArray<byte[]> payloads) =>
    [
        .. payloads.Select((payload, number) =>
        {
            Assert.InRange(payload.Length, 1, Record.MaxPayload);
            Assert.True(SitePayload.TryRead(payload, new PartName("n", number), out var part), Encoding.UTF8.GetString(payload));
            return part;
        }),
    ];
}
