using System.Text.Json;
using Imago.Application.History;
using Imago.Application.Tests.History.Kit;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.History;

public sealed class RecordTextTests
{
    private static readonly RolloutRecord Small = new()
    {
        Id = "a-20260701t120000",
        Pool = "a",
        Target = new RolloutTarget.Image(NodeImage.Parse("AKSUbuntu-2204gen2containerd-202606.22.0")),
        StartedAt = Instant.FromUtc(2026, 7, 1, 12, 0),
        Settings = new UpgradeSettings(),
    };

    [Fact]
    public void Write_AnyRecord_ReadsBackWithEveryMember()
    {
        for (var seed = 1; seed <= 500; seed++)
        {
            var record = new AnyValue(seed).Of<RolloutRecord>();

            var text = RecordText.Write(record);

            Same.Difference(record, RecordText.Read(text)).ShouldBeNull($"seed {seed}: {text}");
        }
    }

    [Fact]
    public void Write_AnyRecord_IsTheSameTextAgain()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var text = RecordText.Write(new AnyValue(seed).Of<RolloutRecord>());

            RecordText.Write(RecordText.Read(text)).ShouldBe(text, $"seed {seed}");
        }
    }

    [Fact]
    public void Read_TextOfAnOlderVersion_HasTheInitialValuesOfWhatItDoesNotSay()
    {
        var record = RecordText.Read("""
            {"id":"a-1","pool":"a","target":{"opaque":"x"},"startedAt":"2026-07-01T12:00:00Z","settings":{"laterSetting":1},"laterMember":{"deep":[1]}}
            """);

        record.Attempt.ShouldBe(1);
        record.Settings.DrainTimeout.ShouldBe(UpgradeSettings.DefaultDrainTimeout);
        record.Settings.Canary.ShouldBe(Canary.FirstNode);
        record.Settings.BarePods.ShouldBe(BarePods.Evict);
        record.Settings.RebootPolicy.ShouldBe(RebootPolicy.None);
        record.Active.ShouldBeEmpty();
    }

    [Fact]
    public void Read_NamesInAnyOrder_AreInOrdinalOrder()
    {
        var record = Small with { BlockedBefore = RolloutRecord.NoNames.Add("b-1").Add("B-1").Add("a-1") };

        RecordText.Read(RecordText.Write(record)).BlockedBefore.ShouldBe(["B-1", "a-1", "b-1"]);
        RecordText.Read(RecordText.Write(record)).Active.KeyComparer.ShouldBe(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"id\":")]
    [InlineData("""{"id":"a","pool":"a","target":{},"startedAt":"2026-07-01T12:00:00Z","settings":{}}""")]
    public void Read_NotARecord_SaysSo(string text) => Should.Throw<JsonException>(() => RecordText.Read(text));
}
