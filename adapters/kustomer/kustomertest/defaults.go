package kustomertest

import "encoding/json"

// defaultState is described in the package's documentation.
func defaultState() State {
	return State{
		Token: "token",
		Conversations: map[string]Conversation{
			"64a1f0c2d3e4b5a697880001": {
				Custom: values(`{"orderIdStr":"A-1001","orderTotalNum":129.90,"giftBool":false,
					"deliveryAt":"2026-02-03T09:30:00.000Z","trackingUrl":"https://parcels.example/A-1001"}`),
				Customer:   "64a1f0c2d3e4b5a697880011",
				Attributes: values(`{"name":"Where is my parcel?","externalId":"T-77","status":"open","createdAt":"2026-01-30T08:15:00.000Z"}`),
				Rev:        3,
			},
			"64a1f0c2d3e4b5a697880002": {
				Customer:   "64a1f0c2d3e4b5a697880012",
				Attributes: values(`{"name":"Change of plan","status":"done","createdAt":"2026-01-12T16:40:00.000Z"}`),
				Rev:        1,
			},
		},
		Customers: map[string]Customer{
			"64a1f0c2d3e4b5a697880011": {
				Custom:  values(`{"planStr":"pro","vipBool":true,"ordersNum":12,"interestsStr":["books","tea"]}`),
				Company: new("64a1f0c2d3e4b5a697880021"),
				Attributes: values(`{"name":"Ada Example","externalId":"C/1001","emails":[{"type":"home","email":"ada@shop.example"}],
					"phones":[{"type":"mobile","phone":"+12125550100"}],"createdAt":"2025-11-02T10:00:00.000Z"}`),
				Rev: 7,
			},
			"64a1f0c2d3e4b5a697880012": {
				Custom:     values(`{"planStr":"free"}`),
				Attributes: values(`{"name":"Bo Sample","createdAt":"2025-12-24T18:30:00.000Z"}`),
				Rev:        1,
			},
			"64a1f0c2d3e4b5a697880013": {
				MergedInto: "64a1f0c2d3e4b5a697880011",
				Attributes: values(`{"emails":[{"type":"work","email":"ada@work.example"}]}`),
			},
		},
		Metadata: map[string]map[string]Property{
			"conversation": {
				"orderIdStr": {DisplayName: "Order"}, "orderTotalNum": {}, "giftBool": {}, "deliveryAt": {},
				"trackingUrl": {}, "summaryTxt": {},
			},
			"customer": {
				"planStr":      {Enumeration: []json.RawMessage{[]byte(`"free"`), []byte(`"pro"`), []byte(`"business"`)}},
				"vipBool":      {DisplayName: "VIP"},
				"ordersNum":    {},
				"interestsStr": {Multi: true},
				"renewalAt":    {},
				"referrerId":   {Target: "customer"},
				"regionTree": {Tree: []byte(`{"children":[{"id":"europe","displayName":"Europe",` +
					`"children":[{"id":"europe.south","displayName":"South"}]},{"id":"asia","displayName":"Asia"}]}`)},
				"legacyTierStr": {DeletedAt: "2025-06-01T00:00:00.000Z", DeletedBy: "64a1f0c2d3e4b5a697880031"},
			},
		},
	}
}

// values reads a JSON object of this file.
func values(object string) (v Values) {
	if err := json.Unmarshal([]byte(object), &v); err != nil {
		panic(err)
	}
	return v
}
